"use client";

import Link from "next/link";
import { DatasetState } from "@/components/dataset-state";
import { Panel } from "@/components/panel";
import { ResourceView, Skeleton } from "@/components/states";
import { type Column, DataTable } from "@/components/table/data-table";
import { useDatasets } from "@/lib/api/hooks";
import type { Dataset } from "@/lib/api/requests";
import { isLate } from "@/lib/freshness";
import { useI18n } from "@/lib/i18n/provider";

const SERVED_SCHEMA = "analytics.";

function useColumns(): Column<Dataset>[] {
  const { t, format, label } = useI18n();
  return [
    { id: "dataset", header: t("data.dataset"), rowHeader: true, cell: ({ dataset }) => label("dataset", dataset) },
    { id: "rows", header: t("data.rows"), align: "right", cell: (row) => format.count(row.row_count) },
    { id: "state", header: t("data.materialized"), cell: (row) => <DatasetState dataset={row} /> },
  ];
}

/** How old what this page shows is; the whole list is on the data page. */
export function FreshnessPanel() {
  const { t } = useI18n();
  const columns = useColumns();
  return (
    <Panel
      title={t("data.title")}
      summary={
        <Link href="/data" className="link">
          {t("data.all")}
        </Link>
      }
    >
      <ResourceView resource={useDatasets()} skeleton={<Skeleton className="h-56" />}>
        {({ data }) => (
          <DataTable
            caption={t("data.title")}
            columns={columns}
            rows={data
              .filter(({ dataset }) => dataset.startsWith(SERVED_SCHEMA))
              .sort((left, right) => Number(isLate(right)) - Number(isLate(left)))}
            rowKey={({ dataset }) => dataset}
          />
        )}
      </ResourceView>
    </Panel>
  );
}
