"use client";

import { useState } from "react";
import { Panel } from "@/components/panel";
import { Empty, ResourceView, Skeleton } from "@/components/states";
import { type Column, DataTable } from "@/components/table/data-table";
import { useLeadTimes } from "@/lib/api/hooks";
import type { LeadTime } from "@/lib/api/requests";
import { useI18n } from "@/lib/i18n/provider";
import { allWorstFirst, ENOUGH_LINES, worstLeadTimes } from "./lead-times";

function useColumns(): Column<LeadTime>[] {
  const { t, format } = useI18n();
  return [
    {
      id: "supplier",
      header: t("leadTimes.supplier"),
      rowHeader: true,
      cell: ({ supplier_name }) => supplier_name,
    },
    { id: "family", header: t("leadTimes.family"), cell: ({ family }) => family },
    { id: "p90", header: t("leadTimes.p90"), align: "right", cell: ({ p90_days }) => format.number(p90_days) },
    {
      id: "median",
      header: t("leadTimes.median"),
      align: "right",
      cell: ({ median_days }) => format.number(median_days),
    },
    { id: "lines", header: t("leadTimes.lines"), align: "right", cell: ({ lines }) => format.count(lines) },
    {
      id: "after_the_fact",
      header: t("leadTimes.afterTheFact"),
      align: "right",
      cell: ({ after_the_fact_lines }) => format.count(after_the_fact_lines),
    },
  ];
}

function LeadTimesTable({ rows, all }: { rows: readonly LeadTime[]; all: boolean }) {
  const { t } = useI18n();
  const columns = useColumns();
  const shown = all ? allWorstFirst(rows) : worstLeadTimes(rows);
  if (shown.length === 0) return <Empty>{t("state.noRows")}</Empty>;
  return (
    <DataTable
      caption={t("leadTimes.title")}
      columns={columns}
      rows={shown}
      rowKey={({ supplier_id, family }) => `${supplier_id} ${family}`}
    />
  );
}

export function LeadTimesPanel() {
  const { t, format } = useI18n();
  const leadTimes = useLeadTimes();
  const [all, setAll] = useState(false);
  return (
    <Panel
      title={t("leadTimes.title")}
      summary={all ? t("leadTimes.summaryAll") : t("leadTimes.summary", { lines: ENOUGH_LINES })}
    >
      <ResourceView resource={leadTimes} skeleton={<Skeleton className="h-96" />}>
        {({ data }) => (
          <>
            <LeadTimesTable rows={data} all={all} />
            <button type="button" className="control mx-3 my-2" onClick={() => setAll(!all)}>
              {all ? t("leadTimes.worst") : t("leadTimes.all", { count: format.count(data.length) })}
            </button>
          </>
        )}
      </ResourceView>
    </Panel>
  );
}
