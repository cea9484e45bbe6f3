import type { Metadata } from "next";
import { datasetsRequest } from "@/lib/api/requests";
import { readI18n } from "@/lib/server/preferences";
import { Prefetched } from "@/lib/server/prefetched";
import { DatasetsView } from "./view";

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await readI18n();
  return { title: t("data.title") };
}

export default function DataPage() {
  return (
    <Prefetched requests={[datasetsRequest()]}>
      <DatasetsView />
    </Prefetched>
  );
}
