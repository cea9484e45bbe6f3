import type { Dataset } from "./api/requests";

const HOUR_SECONDS = 3_600;

/** The pipeline runs every night; two hours of grace for a slow one. */
const NIGHTLY_SECONDS = 26 * HOUR_SECONDS;

/** A forecast is issued every Monday; a day of grace. */
const WEEKLY_SECONDS = 8 * 24 * HOUR_SECONDS;

/** Where the operation's own days are: a forecast or a calendar reaches into the future, and not every day has demand. */
const DEMAND_DATASET = "core.fact_purchase_lines";

const WEEKLY_DATASETS = new Set([
  "analytics.fact_forecasts",
  "analytics.supplier_lead_times",
  "analytics.lead_time_demand",
  "analytics.mv_forecast_accuracy",
]);

export interface Freshness {
  /** The last day of demand that is known (ISO), null when nobody says. */
  readonly dataThrough: string | null;
  /** Age in seconds of the nightly dataset that was materialized longest ago. */
  readonly ageSeconds: number;
  readonly late: boolean;
}

const isWeekly = ({ dataset }: Dataset) => WEEKLY_DATASETS.has(dataset);

export function isLate(dataset: Dataset): boolean {
  return dataset.age_seconds > (isWeekly(dataset) ? WEEKLY_SECONDS : NIGHTLY_SECONDS);
}

export function demandThrough(datasets: readonly Dataset[]): string | null {
  return datasets.find(({ dataset }) => dataset === DEMAND_DATASET)?.data_through ?? null;
}

/** The state of everything that is served together. Null while no nightly dataset is known. */
export function freshnessOf(datasets: readonly Dataset[]): Freshness | null {
  const nightly = datasets.filter((dataset) => !isWeekly(dataset));
  if (nightly.length === 0) return null;
  return {
    dataThrough: demandThrough(datasets),
    ageSeconds: Math.max(...nightly.map((dataset) => dataset.age_seconds)),
    late: datasets.some(isLate),
  };
}
