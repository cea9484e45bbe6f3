"use client";

import { Empty, ResourceView, Skeleton } from "@/components/states";
import { AbsentValue } from "@/components/table/cells";
import { useKpis } from "@/lib/api/hooks";
import type { Kpi } from "@/lib/api/requests";
import type { I18n } from "@/lib/i18n/i18n";
import { useI18n } from "@/lib/i18n/provider";
import { kpiHelp } from "./kpi-help";

/** As a planner asks: what was requested, how long it takes, how good the forecast is, what is in stock, and how it serves. */
const ORDER = [
  "active_items",
  "request_lines_28d",
  "requests_open",
  "after_the_fact_rate",
  "lead_time_median_days",
  "lead_time_p90_days",
  "forecast_wape",
  "forecast_bias",
  "fill_rate_lines",
  "fill_rate_units",
  "cycle_service_rate",
  "stockout_rate",
  "sla_exposure_rate",
  "stock_value_brl",
  "carrying_cost_brl",
  "turnover",
  "days_of_supply",
  "excess_stock_rate",
  "dead_stock_rate",
  "on_time_rate",
  "received_share",
];

/** An indicator that this page does not know yet comes last. */
const rank = ({ kpi }: Kpi) => (ORDER.includes(kpi) ? ORDER.indexOf(kpi) : ORDER.length);

/** Indicators that may be negative, and mean something by it. */
const SIGNED = new Set(["forecast_bias"]);

function kpiValue({ kpi, value, unit }: Kpi, { format }: I18n): string {
  if (unit === "share") return SIGNED.has(kpi) ? format.signedPercent(value) : format.percent(value);
  if (unit === "brl") return format.money(value);
  if (unit === "days" || unit === "per_year") return format.number(value);
  return format.count(value);
}

/** Shares and money carry their unit in the figure. */
const UNITS_IN_WORDS = new Set(["items", "lines", "days", "per_year"]);

function KpiCard({ kpi }: { kpi: Kpi }) {
  const i18n = useI18n();
  const { label, locale } = i18n;
  return (
    <div className="panel flex flex-col gap-0.5 p-3 sm:p-4">
      <dt className="font-medium text-muted">{label("kpi", kpi.kpi)}</dt>
      <dd className="font-semibold text-xl tabular-nums tracking-tight sm:text-2xl">
        {kpiValue(kpi, i18n)}
        {UNITS_IN_WORDS.has(kpi.unit) && (
          <span className="ml-1.5 font-normal text-base text-muted">{label("unit", kpi.unit)}</span>
        )}
      </dd>
      <dd className="mt-auto text-muted text-xs">{kpiHelp(locale, kpi.kpi)}</dd>
    </div>
  );
}

/** Indicators without a value stay named, with the reason: absent is not zero. */
function AbsentKpis({ kpis }: { kpis: readonly Kpi[] }) {
  const { t, label } = useI18n();
  if (kpis.length === 0) return null;
  return (
    <section
      aria-label={t("dashboard.absent")}
      className="rounded-[0.625rem] border border-line-strong/60 border-dashed px-4 py-3"
    >
      <dl className="grid gap-x-6 gap-y-1.5 sm:grid-cols-2 xl:grid-cols-4">
        {kpis.map((kpi) => (
          <div key={kpi.kpi}>
            <dt className="font-medium">{label("kpi", kpi.kpi)}</dt>
            <dd className="text-xs">
              <AbsentValue reason={kpi.reason} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function KpiBlocks({ kpis }: { kpis: readonly Kpi[] }) {
  const { t, format } = useI18n();
  return (
    <>
      <h2 className="font-semibold text-base">{t("dashboard.kpisAsOf", { date: format.date(kpis[0]?.as_of) })}</h2>
      <dl className="grid grid-cols-2 gap-2 sm:gap-3 xl:grid-cols-4">
        {kpis
          .filter(({ value }) => value !== null)
          .map((kpi) => (
            <KpiCard key={kpi.kpi} kpi={kpi} />
          ))}
      </dl>
      <AbsentKpis kpis={kpis.filter(({ value }) => value === null)} />
    </>
  );
}

export function KpiCards() {
  const { t } = useI18n();
  return (
    <div className="space-y-3">
      <ResourceView resource={useKpis()} skeleton={<Skeleton className="h-72" />}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>{t("state.noRows")}</Empty>
          ) : (
            <KpiBlocks kpis={[...data].sort((left, right) => rank(left) - rank(right))} />
          )
        }
      </ResourceView>
    </div>
  );
}
