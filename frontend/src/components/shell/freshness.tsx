"use client";

import Link from "next/link";
import { useDatasets } from "@/lib/api/hooks";
import { type Freshness, freshnessOf } from "@/lib/freshness";
import { useI18n } from "@/lib/i18n/provider";

function useFreshness(): Freshness | null {
  const { data } = useDatasets();
  return data ? freshnessOf(data.data) : null;
}

/** Whether the data is fresh, in a word and a shape besides the colour; leads to the page that says why. */
export function FreshnessPill() {
  const { t, format } = useI18n();
  const freshness = useFreshness();
  if (freshness === null) return <p className="min-h-6 text-muted">{t("freshness.unknown")}</p>;
  const through = freshness.dataThrough && t("freshness.through", { date: format.date(freshness.dataThrough) });
  return (
    <Link href="/data" className="group flex min-h-6 items-center gap-x-2 text-muted max-sm:text-xs">
      <span className={`badge font-semibold ${freshness.late ? "bg-late-soft text-late" : "text-ok"}`}>
        <span aria-hidden="true">{freshness.late ? "▲" : "●"}</span>
        {t(freshness.late ? "freshness.late" : "freshness.current")}
      </span>
      <span className="group-hover:underline">
        {[through, t("freshness.updated", { age: format.age(freshness.ageSeconds) })].filter(Boolean).join(" · ")}
      </span>
    </Link>
  );
}

/** On every page while the data is late: an old figure must look old. */
export function LateBanner() {
  const { t, format } = useI18n();
  const freshness = useFreshness();
  if (!freshness?.late) return null;
  return (
    <p role="status" className="border-line border-b bg-late-soft px-4 py-2 text-late md:px-6">
      {t("freshness.banner", { age: format.age(freshness.ageSeconds) })}
    </p>
  );
}
