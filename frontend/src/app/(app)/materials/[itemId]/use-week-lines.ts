"use client";

import { NO_VALUE } from "@/lib/i18n/format";
import { useI18n } from "@/lib/i18n/provider";
import type { FanWeek } from "./fan-series";

export interface WeekLine {
  readonly label: string;
  readonly value: string;
  readonly known: boolean;
}

/** A week of the chart in words, the same in the tooltip and in the table. */
export function useWeekLines(unit: string): (week: FanWeek) => WeekLine[] {
  const { t, format } = useI18n();
  const single = (label: string, value: number | null): WeekLine => ({
    label,
    value: format.quantity(value, unit),
    known: value !== null,
  });
  const range = (label: string, band: FanWeek["band80"]): WeekLine => ({
    label,
    value: band ? `${format.number(band[0])}–${format.quantity(band[1], unit)}` : NO_VALUE,
    known: band !== null,
  });
  return (week) => [
    single(t("item.forecast.actual"), week.actual),
    single(t("item.forecast.expected"), week.expected),
    single(t("item.forecast.median"), week.median),
    range(t("item.forecast.band80"), week.band80),
    range(t("item.forecast.band90"), week.band90),
  ];
}
