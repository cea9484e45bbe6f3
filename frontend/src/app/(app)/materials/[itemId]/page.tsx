import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { SearchParams } from "nuqs/server";
import { forecastRequest, itemRequest, weeklyDemandRequest } from "@/lib/api/requests";
import { load } from "@/lib/server/load";
import { readI18n } from "@/lib/server/preferences";
import { Prefetched } from "@/lib/server/prefetched";
import { loadItemParams } from "./search-params";
import { ItemView } from "./view";

interface ItemPageProps {
  params: Promise<{ itemId: string }>;
  searchParams: Promise<SearchParams>;
}

/** The id as the ERP writes it; an address that does not decode names no item. */
async function itemIdOf({ params }: ItemPageProps): Promise<string> {
  const { itemId } = await params;
  try {
    return decodeURIComponent(itemId);
  } catch {
    return notFound();
  }
}

export async function generateMetadata(props: ItemPageProps): Promise<Metadata> {
  const item = await load(itemRequest(await itemIdOf(props)));
  const { t } = await readI18n();
  return { title: item.state === "ready" ? item.body.item_name : t("materials.title") };
}

export default async function ItemPage(props: ItemPageProps) {
  const itemId = await itemIdOf(props);
  const { origin } = await loadItemParams(props.searchParams);
  const item = await load(itemRequest(itemId));
  if (item.state === "missing") notFound();
  return (
    <Prefetched requests={[itemRequest(itemId), weeklyDemandRequest(itemId), forecastRequest(itemId, origin)]}>
      <ItemView itemId={itemId} />
    </Prefetched>
  );
}
