"use client";

import { Panel } from "@/components/panel";
import { Empty, ResourceView, Skeleton } from "@/components/states";
import { type Column, DataTable } from "@/components/table/data-table";
import { useForecastAccuracy } from "@/lib/api/hooks";
import type { ForecastAccuracy } from "@/lib/api/requests";
import { useI18n } from "@/lib/i18n/provider";

/** The horizon under which the API pools all horizons. */
const ALL_HORIZONS = 0;

/** The name under which the API gives the forecasts that were served, whichever model made them. */
const SERVED = "served";

/** What is served comes first, then whatever was measured on more forecasts. */
const rank = ({ model, forecasts }: ForecastAccuracy) => (model === SERVED ? Number.POSITIVE_INFINITY : forecasts);

function useColumns(): Column<ForecastAccuracy>[] {
  const { t, format, label } = useI18n();
  const column = (
    id: "wape" | "bias" | "coverage_q90" | "coverage_q95" | "forecasts" | "origins",
    show: (value: number | null) => string,
  ): Column<ForecastAccuracy> => ({
    id,
    header: t(`accuracy.${id}`),
    align: "right",
    cell: (row) => show(row[id]),
  });
  return [
    {
      id: "model",
      header: t("accuracy.model"),
      rowHeader: true,
      width: "min-w-44",
      cell: ({ model }) => <span className={model === SERVED ? "font-semibold" : ""}>{label("model", model)}</span>,
    },
    column("wape", format.percent),
    column("bias", format.signedPercent),
    column("coverage_q90", format.percent),
    column("coverage_q95", format.percent),
    column("forecasts", format.count),
    column("origins", format.count),
  ];
}

export function AccuracyPanel() {
  const { t } = useI18n();
  const columns = useColumns();
  return (
    <Panel title={t("accuracy.title")} summary={t("accuracy.summary")}>
      <ResourceView resource={useForecastAccuracy()} skeleton={<Skeleton className="h-56" />}>
        {({ data }) => {
          const pooled = data
            .filter(({ horizon_weeks }) => horizon_weeks === ALL_HORIZONS)
            .sort((left, right) => rank(right) - rank(left));
          if (pooled.length === 0) return <Empty>{t("state.noRows")}</Empty>;
          return (
            <DataTable caption={t("accuracy.title")} columns={columns} rows={pooled} rowKey={({ model }) => model} />
          );
        }}
      </ResourceView>
    </Panel>
  );
}
