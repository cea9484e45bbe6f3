"use client";

import { DatasetState } from "@/components/dataset-state";
import { PageHeader } from "@/components/page-header";
import { Empty, ResourceView, Skeleton } from "@/components/states";
import { type Column, DataTable } from "@/components/table/data-table";
import { useDatasets } from "@/lib/api/hooks";
import type { Dataset } from "@/lib/api/requests";
import { NO_VALUE } from "@/lib/i18n/format";
import { useI18n } from "@/lib/i18n/provider";

/** Enough of a run id to tell two runs apart; the whole id is in the title. */
const RUN_ID_SHOWN = 8;

function DagsterLink({ dataset }: { dataset: Dataset }) {
  const { t } = useI18n();
  return (
    <a
      className="link"
      href={dataset.dagster_url}
      target="_blank"
      rel="noreferrer"
      aria-label={t("data.openDataset", { dataset: dataset.dataset })}
    >
      {t("data.open")} <span aria-hidden="true">↗</span>
    </a>
  );
}

function useColumns(): Column<Dataset>[] {
  const { t, format, label } = useI18n();
  return [
    {
      id: "dataset",
      header: t("data.dataset"),
      rowHeader: true,
      cell: ({ dataset }) => (
        <>
          <span className="block">{label("dataset", dataset)}</span>
          <code className="text-muted text-xs">{dataset}</code>
        </>
      ),
    },
    { id: "state", header: t("data.materialized"), cell: (row) => <DatasetState dataset={row} /> },
    { id: "through", header: t("data.through"), align: "right", cell: (row) => format.date(row.data_through) },
    { id: "rows", header: t("data.rows"), align: "right", cell: (row) => format.count(row.row_count) },
    { id: "version", header: t("data.version"), align: "right", cell: (row) => format.count(row.version) },
    {
      id: "changed",
      header: t("data.changed"),
      align: "right",
      cell: (row) => <span className="whitespace-nowrap">{format.dateTime(row.changed_at)}</span>,
    },
    {
      id: "run",
      header: t("data.run"),
      cell: ({ run_id }) => <code title={run_id ?? undefined}>{run_id?.slice(0, RUN_ID_SHOWN) ?? NO_VALUE}</code>,
    },
    { id: "dagster", header: t("data.dagster"), cell: (row) => <DagsterLink dataset={row} /> },
  ];
}

export function DatasetsView() {
  const { t } = useI18n();
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t("data.title")} intro={t("data.intro")} />
      <ResourceView resource={useDatasets()} skeleton={<Skeleton className="h-[28rem]" />}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>{t("state.noRows")}</Empty>
          ) : (
            <div className="panel py-1">
              <DataTable caption={t("data.title")} columns={columns} rows={data} rowKey={({ dataset }) => dataset} />
            </div>
          )
        }
      </ResourceView>
    </>
  );
}
