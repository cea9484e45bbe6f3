"use client";

import { Panel } from "@/components/panel";
import { Empty, ResourceView, Skeleton } from "@/components/states";
import { type Column, DataTable } from "@/components/table/data-table";
import { useForecastAccuracy } from "@/lib/api/hooks";
import type { ForecastAccuracy } from "@/lib/api/requests";
import { useI18n } from "@/lib/i18n/provider";

/** The horizon under which the API pools all horizons. */
const ALL_HORIZONS = 0;

const byError = (left: ForecastAccuracy, right: ForecastAccuracy) =>
  (left.wape ?? Number.POSITIVE_INFINITY) - (right.wape ?? Number.POSITIVE_INFINITY);

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
    { id: "model", header: t("accuracy.model"), rowHeader: true, cell: ({ model }) => label("model", model) },
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
          const pooled = data.filter(({ horizon_weeks }) => horizon_weeks === ALL_HORIZONS).sort(byError);
          if (pooled.length === 0) return <Empty>{t("state.noRows")}</Empty>;
          return (
            <DataTable caption={t("accuracy.title")} columns={columns} rows={pooled} rowKey={({ model }) => model} />
          );
        }}
      </ResourceView>
    </Panel>
  );
}
