"use client";

import { PageHeader } from "@/components/page-header";
import { useI18n } from "@/lib/i18n/provider";
import { AccuracyPanel } from "./accuracy-panel";
import { DemandPanel } from "./demand-panel";
import { FreshnessPanel } from "./freshness-panel";
import { KpiCards } from "./kpi-cards";
import { LeadTimesPanel } from "./lead-times-panel";

export function DashboardView() {
  const { t } = useI18n();
  return (
    <>
      <PageHeader title={t("dashboard.title")} intro={t("dashboard.intro")} />
      <KpiCards />
      <DemandPanel />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <AccuracyPanel />
        <FreshnessPanel />
      </div>
      <LeadTimesPanel />
    </>
  );
}
