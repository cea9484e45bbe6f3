import type { Metadata } from "next";
import type { SearchParams } from "nuqs/server";
import { itemsRequest } from "@/lib/api/requests";
import { readI18n } from "@/lib/server/preferences";
import { Prefetched } from "@/lib/server/prefetched";
import { itemsQuery, loadMaterialsParams } from "./search-params";
import { MaterialsView } from "./view";

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await readI18n();
  return { title: t("materials.title") };
}

export default async function MaterialsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const params = await loadMaterialsParams(searchParams);
  return (
    <Prefetched requests={[itemsRequest(itemsQuery(params))]}>
      <MaterialsView />
    </Prefetched>
  );
}
