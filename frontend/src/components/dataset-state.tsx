"use client";

import type { Dataset } from "@/lib/api/requests";
import { isLate } from "@/lib/freshness";
import { useI18n } from "@/lib/i18n/provider";

/** A dataset's age, marked in word and shape when it is late. */
export function DatasetState({ dataset }: { dataset: Dataset }) {
  const { t, format } = useI18n();
  const late = isLate(dataset);
  return (
    <span className={`whitespace-nowrap ${late ? "text-late" : ""}`}>
      <span aria-hidden="true" className={late ? "" : "text-ok"}>
        {late ? "▲ " : "● "}
      </span>
      {late && `${t("freshness.late")}, `}
      {format.age(dataset.age_seconds)}
    </span>
  );
}
