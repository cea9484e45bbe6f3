import { createLoader, parseAsString, parseAsStringLiteral } from "nuqs/server";
import type { ItemsQuery } from "@/lib/api/requests";

export const DEMAND_CLASSES = ["smooth", "erratic", "intermittent", "lumpy"] as const;
export const ABC_CLASSES = ["A", "B", "C"] as const;
export const KINDS = ["material", "service", "all"] as const;

/** Columns that the API sorts by; the sign is part of the value, as in the API. */
export const SORT_COLUMNS = [
  "item_id",
  "item_name",
  "demand_52w",
  "request_lines_52w",
  "forecast_4w",
  "last_demand_on",
] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];
export type Sort = SortColumn | `-${SortColumn}`;
export const SORTS: readonly Sort[] = SORT_COLUMNS.flatMap((column): Sort[] => [column, `-${column}`]);

const PAGE_SIZE = 50;

/** The list's whole state, so that an address can be kept or sent. */
export const materialsParams = {
  q: parseAsString.withDefault(""),
  family: parseAsString,
  class: parseAsStringLiteral(DEMAND_CLASSES),
  abc: parseAsStringLiteral(ABC_CLASSES),
  kind: parseAsStringLiteral(KINDS).withDefault("material"),
  sort: parseAsStringLiteral(SORTS).withDefault("-request_lines_52w"),
  cursor: parseAsString,
};

export const loadMaterialsParams = createLoader(materialsParams);

export type MaterialsParams = Awaited<ReturnType<typeof loadMaterialsParams>>;

const IS_SERVICE = { material: false, service: true, all: null } as const;

/** The API's question for that state. */
export function itemsQuery(params: MaterialsParams): ItemsQuery {
  return {
    q: params.q,
    family: params.family,
    demand_class: params.class,
    abc_class: params.abc,
    is_service: IS_SERVICE[params.kind],
    sort: params.sort,
    limit: PAGE_SIZE,
    cursor: params.cursor,
  };
}

/** What a click on a column's header asks for: descending first where larger is more interesting. */
export function toggledSort(current: Sort, column: SortColumn): Sort {
  const descending: Sort = `-${column}`;
  const ascendingFirst = column === "item_id" || column === "item_name";
  if (current === column) return descending;
  if (current === descending) return column;
  return ascendingFirst ? column : descending;
}

export function sortDirection(current: Sort, column: SortColumn): "ascending" | "descending" | null {
  if (current === column) return "ascending";
  return current === `-${column}` ? "descending" : null;
}
