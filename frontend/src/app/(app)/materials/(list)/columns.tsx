"use client";

import Link from "next/link";
import { DemandClassBadge, QuantityCell } from "@/components/table/cells";
import type { Column } from "@/components/table/data-table";
import type { ItemSummary } from "@/lib/api/requests";
import { NO_VALUE } from "@/lib/i18n/format";
import { useI18n } from "@/lib/i18n/provider";
import { materialPath } from "@/lib/paths";
import { type SortColumn, sortDirection, toggledSort } from "./search-params";
import type { MaterialsParamsState } from "./use-materials-params";

/** Fifty links in sight would each fetch their page ahead; they are fetched when followed. */
export function ItemLink({ item }: { item: ItemSummary }) {
  const { t } = useI18n();
  return (
    <>
      <Link className="font-medium text-accent hover:underline" prefetch={false} href={materialPath(item.item_id)}>
        {item.item_name}
      </Link>
      {item.is_service && <span className="ml-1.5 text-muted text-xs">({t("materials.service")})</span>}
    </>
  );
}

export function useMaterialColumns({ params, change }: MaterialsParamsState): Column<ItemSummary>[] {
  const { t, format } = useI18n();
  const sortable = (column: SortColumn) => ({
    id: column,
    header: t(`materials.${column}`),
    sort: {
      direction: sortDirection(params.sort, column),
      toggle: () => change({ sort: toggledSort(params.sort, column) }),
    },
  });
  return [
    { ...sortable("item_id"), cell: ({ item_id }) => <code className="text-muted">{item_id}</code> },
    {
      ...sortable("item_name"),
      rowHeader: true,
      width: "min-w-80 xl:min-w-96",
      cell: (item) => (
        <>
          <ItemLink item={item} />
          <span className="block text-muted text-xs">{item.family}</span>
        </>
      ),
    },
    { id: "abc_class", header: t("materials.abc_class"), cell: ({ abc_class }) => abc_class ?? NO_VALUE },
    {
      id: "demand_class",
      header: t("materials.demand_class"),
      cell: ({ demand_class }) => <DemandClassBadge code={demand_class} />,
    },
    {
      ...sortable("request_lines_52w"),
      align: "right",
      cell: ({ request_lines_52w }) => format.count(request_lines_52w),
    },
    {
      ...sortable("demand_52w"),
      align: "right",
      cell: ({ demand_52w, unit }) => <QuantityCell value={demand_52w} unit={unit} />,
    },
    {
      ...sortable("forecast_4w"),
      align: "right",
      cell: ({ forecast_4w, unit }) => <QuantityCell value={forecast_4w} unit={unit} />,
    },
    {
      id: "lead_time",
      header: t("materials.lead_time"),
      align: "right",
      cell: ({ lead_time_median_days }) => format.number(lead_time_median_days),
    },
    {
      ...sortable("last_demand_on"),
      align: "right",
      cell: ({ last_demand_on }) => format.date(last_demand_on),
    },
  ];
}
