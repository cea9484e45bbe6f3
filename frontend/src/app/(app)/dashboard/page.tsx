import type { Metadata } from "next";
import { datasetsRequest, familyDemandRequest, forecastAccuracyRequest, kpisRequest } from "@/lib/api/requests";
import { load } from "@/lib/server/load";
import { readI18n } from "@/lib/server/preferences";
import { Prefetched } from "@/lib/server/prefetched";
import { demandWindowStart } from "./demand-series";
import { DashboardView } from "./view";

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await readI18n();
  return { title: t("dashboard.title") };
}

/** Lead times, the longest answer and the lowest on the page, are left to the browser. */
export default async function DashboardPage() {
  const datasets = await load(datasetsRequest());
  const requests = [kpisRequest(), forecastAccuracyRequest()];
  const demand = datasets.state === "ready" ? [familyDemandRequest(demandWindowStart(datasets.body.data))] : [];
  return (
    <Prefetched requests={[...requests, ...demand]}>
      <DashboardView />
    </Prefetched>
  );
}
