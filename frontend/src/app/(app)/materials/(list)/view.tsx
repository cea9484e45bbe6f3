"use client";

import { PageHeader } from "@/components/page-header";
import { Empty, ResourceView, Skeleton } from "@/components/states";
import { DataTable } from "@/components/table/data-table";
import { useItems } from "@/lib/api/hooks";
import { useI18n } from "@/lib/i18n/provider";
import { MaterialCards } from "./cards";
import { useMaterialColumns } from "./columns";
import { Filters } from "./filters";
import { Pager } from "./pager";
import { itemsQuery } from "./search-params";
import { useMaterialsParams } from "./use-materials-params";

export function MaterialsView() {
  const { t, plural } = useI18n();
  const state = useMaterialsParams();
  const items = useItems(itemsQuery(state.params));
  const columns = useMaterialColumns(state);
  const shown = items.isLoading ? undefined : items.data?.data.length;
  return (
    <>
      <PageHeader title={t("materials.title")} intro={t("materials.intro")} />
      <Filters {...state} />
      <p aria-live="polite" className="sr-only">
        {shown !== undefined && (shown > 0 ? plural("materials.shown", shown) : t("materials.empty"))}
      </p>
      <ResourceView resource={items} skeleton={<Skeleton className="h-[40rem]" />}>
        {({ data, next_cursor }) =>
          data.length === 0 ? (
            <Empty>{t("materials.empty")}</Empty>
          ) : (
            <>
              <div className="panel py-1 max-lg:hidden">
                <DataTable
                  caption={t("materials.title")}
                  columns={columns}
                  rows={data}
                  rowKey={({ item_id }) => item_id}
                />
              </div>
              <MaterialCards items={data} />
              <Pager {...state} nextCursor={next_cursor} />
            </>
          )
        }
      </ResourceView>
    </>
  );
}
