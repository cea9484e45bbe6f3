import type { Dataset, FamilyDemand } from "@/lib/api/requests";
import { addDays, daysBetween, mondayOf } from "@/lib/dates";
import { demandThrough } from "@/lib/freshness";
import type { Grain } from "./search-params";

const WINDOW_DAYS = 26 * 7;

/** A family in one unit of measure: quantities of different units are never added. */
export interface FamilyUnit {
  readonly family: string;
  readonly unit: string;
  /** Request lines in the window; the busiest family comes first. */
  readonly lines: number;
}

export interface DemandBucket {
  /** First day of the bucket (ISO date). */
  readonly date: string;
  /** In the unit of the chosen family. */
  readonly demand: number;
  readonly lines: number;
  /** False for a last week whose days are not all known yet. */
  readonly complete: boolean;
}

/** The Monday from which half a year of demand is shown; null while nobody knows how far the data goes. */
export function demandWindowStart(datasets: readonly Dataset[]): string | null {
  const through = demandThrough(datasets);
  return through && mondayOf(addDays(through, -WINDOW_DAYS));
}

export function familyUnits(rows: readonly FamilyDemand[]): FamilyUnit[] {
  const units = new Map<string, FamilyUnit>();
  for (const { family, unit, request_lines } of rows) {
    const key = JSON.stringify([family, unit]);
    units.set(key, { family, unit, lines: (units.get(key)?.lines ?? 0) + request_lines });
  }
  return [...units.values()].sort((left, right) => right.lines - left.lines || left.family.localeCompare(right.family));
}

/**
 * Demand of one family and unit as a complete grid of weeks (from Monday) or days between the first and the
 * last day of `rows`, which hold every family; a bucket without rows had no demand.
 */
export function demandSeries(rows: readonly FamilyDemand[], chosen: FamilyUnit, grain: Grain): DemandBucket[] {
  const days = rows.map(({ date }) => date).sort();
  const first = days.at(0);
  const last = days.at(-1);
  if (first === undefined || last === undefined) return [];

  const step = grain === "week" ? 7 : 1;
  const start = grain === "week" ? mondayOf(first) : first;
  const sums = Array.from({ length: Math.floor(daysBetween(start, last) / step) + 1 }, () => ({ demand: 0, lines: 0 }));
  for (const row of rows) {
    if (row.family !== chosen.family || row.unit !== chosen.unit) continue;
    const sum = sums[Math.floor(daysBetween(start, row.date) / step)];
    if (!sum) continue;
    sum.demand += row.demand;
    sum.lines += row.request_lines;
  }
  return sums.map((sum, index) => {
    const date = addDays(start, index * step);
    return { date, ...sum, complete: addDays(date, step - 1) <= last };
  });
}
