"use client";

import { type ReactNode, useId, useState } from "react";
import { useI18n } from "@/lib/i18n/provider";
import { type LegendEntry, LegendKey } from "./legend";

interface ChartFigureProps {
  title: string;
  /** The chart in one sentence, for those who do not see it and those in a hurry. */
  summary: string;
  legend: readonly LegendEntry[];
  controls?: ReactNode;
  chart: ReactNode;
  table: ReactNode;
}

/** A chart of fixed height with its sentence, its legend and the same figures as a table. */
export function ChartFigure({ title, summary, legend, controls, chart, table }: ChartFigureProps) {
  const { t } = useI18n();
  const [asTable, setAsTable] = useState(false);
  const titleId = useId();
  return (
    <figure aria-labelledby={titleId} className="panel min-w-0 p-4">
      <figcaption className="mb-3 flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-72">
          <h2 id={titleId} className="font-semibold text-base">
            {title}
          </h2>
          <p className="min-h-10 text-muted sm:min-h-5">{summary}</p>
        </div>
        <div className="no-print flex flex-wrap gap-2">
          {controls}
          <button type="button" onClick={() => setAsTable(!asTable)} className="control">
            {t(asTable ? "chart.asChart" : "chart.asTable")}
          </button>
        </div>
      </figcaption>
      <ul aria-label={t("chart.legend")} className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
        {legend.map((entry) => (
          <li key={entry.label} className="flex items-center gap-1.5">
            <LegendKey mark={entry.mark} color={entry.color} />
            {entry.label}
          </li>
        ))}
      </ul>
      <div className={asTable ? "max-h-80 overflow-y-auto" : "h-80 min-w-0"}>{asTable ? table : chart}</div>
    </figure>
  );
}
