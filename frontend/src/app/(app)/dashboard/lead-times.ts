import type { LeadTime } from "@/lib/api/requests";

/** Below this many lines a 90th percentile is mostly the longest line. */
export const ENOUGH_LINES = 10;

const SHOWN = 10;

const worstFirst = (left: LeadTime, right: LeadTime) =>
  (right.p90_days ?? 0) - (left.p90_days ?? 0) || right.lines - left.lines;

export function allWorstFirst(rows: readonly LeadTime[]): LeadTime[] {
  return [...rows].sort(worstFirst);
}

/** The pairs of supplier and family that make a planner wait longest, among those with enough lines to tell. */
export function worstLeadTimes(rows: readonly LeadTime[]): LeadTime[] {
  return allWorstFirst(rows.filter(({ lines }) => lines >= ENOUGH_LINES)).slice(0, SHOWN);
}
