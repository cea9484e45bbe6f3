import type { Dataset } from "./api/requests";

/** The pipeline runs every night; two hours of grace for a slow one. */
const FRESH_FOR_SECONDS = 26 * 3_600;

export interface Freshness {
  /** The last day that every dated dataset covers (ISO), null when none says. */
  readonly dataThrough: string | null;
  /** Age in seconds of the dataset that was materialized longest ago. */
  readonly ageSeconds: number;
  readonly late: boolean;
}

export function isLate(dataset: Dataset): boolean {
  return dataset.age_seconds > FRESH_FOR_SECONDS;
}

/** The state of everything that is served together: as old as its oldest part. Null without datasets. */
export function freshnessOf(datasets: readonly Dataset[]): Freshness | null {
  if (datasets.length === 0) return null;
  const days = datasets.flatMap((dataset) => dataset.data_through ?? []).sort();
  return {
    dataThrough: days[0] ?? null,
    ageSeconds: Math.max(...datasets.map((dataset) => dataset.age_seconds)),
    late: datasets.some(isLate),
  };
}
