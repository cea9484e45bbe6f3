"use client";

import type { ReactNode } from "react";
import { AbsentValue } from "@/components/table/cells";
import type { ItemDetail } from "@/lib/api/requests";
import { NO_VALUE } from "@/lib/i18n/format";
import type { I18n } from "@/lib/i18n/i18n";
import { useI18n } from "@/lib/i18n/provider";

interface Fact {
  readonly name: string;
  /** Null when the source does not have it; then `note` says why. */
  readonly value: string | null;
  readonly note?: ReactNode;
}

/** A figure that may be absent from the source, never shown as zero. */
function sourced(name: string, value: string | null, reason: string | null): Fact {
  return value === null ? { name, value, note: <AbsentValue reason={reason} /> } : { name, value };
}

function factsOf(item: ItemDetail, { t, label, format }: I18n): Fact[] {
  const { unit } = item;
  return [
    {
      name: t("item.forecast_4w"),
      value: format.quantity(item.forecast_4w, unit),
      note: item.origin && t("item.fromOrigin", { date: format.date(item.origin) }),
    },
    {
      name: t("item.demand_52w"),
      value: format.quantity(item.demand_52w, unit),
      note: t("item.request_lines_52w", { count: format.count(item.request_lines_52w) }),
    },
    {
      name: t("item.mean_weekly_demand"),
      value: format.quantity(item.mean_weekly_demand, unit),
      note: item.first_demand_on && t("item.since", { date: format.date(item.first_demand_on) }),
    },
    {
      name: t("item.leadTime"),
      value: format.days(item.lead_time_median_days),
      note: t("item.leadTimeP90", {
        days: format.days(item.lead_time_p90_days),
        lines: format.count(item.lead_time_lines),
      }),
    },
    { name: t("item.last_demand_on"), value: format.date(item.last_demand_on) },
    { name: t("item.served_model"), value: item.served_model ? label("model", item.served_model) : NO_VALUE },
    sourced(t("item.on_hand"), item.on_hand === null ? null : format.quantity(item.on_hand, unit), item.on_hand_reason),
    sourced(
      t("item.unit_cost"),
      item.unit_cost_brl === null ? null : format.money(item.unit_cost_brl),
      item.unit_cost_reason,
    ),
  ];
}

export function Facts({ item }: { item: ItemDetail }) {
  const i18n = useI18n();
  return (
    <section aria-label={i18n.t("item.facts")}>
      <dl className="panel grid grid-cols-2 gap-x-6 gap-y-4 p-4 sm:grid-cols-3 lg:grid-cols-4">
        {factsOf(item, i18n).map(({ name, value, note }) => (
          <div key={name}>
            <dt className="text-muted">{name}</dt>
            {value !== null && <dd className="font-semibold text-lg tabular-nums">{value}</dd>}
            {note && <dd className="text-muted text-xs">{note}</dd>}
          </div>
        ))}
      </dl>
    </section>
  );
}
