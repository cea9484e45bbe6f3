"use client";

import { type Column, DataTable } from "@/components/table/data-table";
import { useI18n } from "@/lib/i18n/provider";
import type { FanWeek } from "./fan-series";
import { useWeekLines } from "./use-week-lines";

/** The chart's figures, newest week first. */
export function ForecastTable({ weeks, unit }: { weeks: readonly FanWeek[]; unit: string }) {
  const { t, format } = useI18n();
  const linesOf = useWeekLines(unit);
  const [first] = weeks;
  if (!first) return null;
  const columns: Column<FanWeek>[] = [
    { id: "week", header: t("item.forecast.week"), rowHeader: true, cell: ({ date }) => format.date(date) },
    ...linesOf(first).map(
      ({ label }, index): Column<FanWeek> => ({
        id: label,
        header: label,
        align: "right",
        cell: (week) => linesOf(week)[index]?.value,
      }),
    ),
  ];
  return (
    <DataTable
      caption={t("item.forecast.title")}
      columns={columns}
      rows={[...weeks].reverse()}
      rowKey={({ date }) => date}
    />
  );
}
