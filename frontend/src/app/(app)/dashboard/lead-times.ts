import type { LeadTime } from "@/lib/api/requests";

/** Below this many lines a 90th percentile is mostly the longest line. */
export const ENOUGH_LINES = 10;

const SHOWN = 10;

/** A pair of which nothing was purchased yet has no lead time, and ranks after all that have one. */
const rank = ({ p90_days }: LeadTime) => p90_days ?? Number.NEGATIVE_INFINITY;

export function allWorstFirst(rows: readonly LeadTime[]): LeadTime[] {
  return [...rows].sort((left, right) => {
    if (rank(left) === rank(right)) return right.lines - left.lines;
    return rank(right) - rank(left);
  });
}

/** The pairs of supplier and family that make a planner wait longest, among those with enough lines to tell. */
export function worstLeadTimes(rows: readonly LeadTime[]): LeadTime[] {
  return allWorstFirst(rows.filter(({ lines }) => lines >= ENOUGH_LINES)).slice(0, SHOWN);
}
