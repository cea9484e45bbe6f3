import type { DemandPoint, ForecastPoint } from "@/lib/api/requests";

/** Two years of weeks: enough to see a season twice. */
const WEEKS_OF_HISTORY = 104;

type Band = readonly [low: number, high: number];

function band(low: number | null | undefined, high: number | null | undefined): Band | null {
  return low == null || high == null ? null : [low, high];
}

/** One week of the chart, in the item's unit; a part is null where it has nothing to say. */
export interface FanWeek {
  /** The week's Monday (ISO date). */
  readonly date: string;
  readonly actual: number | null;
  readonly expected: number | null;
  readonly median: number | null;
  /** P10 to P90. */
  readonly band80: Band | null;
  /** P05 to P95. */
  readonly band90: Band | null;
}

/** The figure of the forecast that the line draws. */
export type Centre = "expected" | "median";

/** The median, unless it is zero throughout, as where most weeks pass without demand: then it says nothing. */
export function centreOf(forecast: readonly ForecastPoint[]): Centre {
  return forecast.some(({ q50 }) => q50 !== null && q50 > 0) ? "median" : "expected";
}

/**
 * Joins what happened with what was forecast, week by week, in order of time. An earlier forecast overlaps
 * with what happened since; nothing is added or averaged.
 */
export function fanSeries(history: readonly DemandPoint[], forecast: readonly ForecastPoint[]): FanWeek[] {
  const actuals = new Map(history.map(({ date, demand }) => [date, demand]));
  const forecasts = new Map(forecast.map((point) => [point.forecast_date, point]));
  const dates = [...new Set([...actuals.keys(), ...forecasts.keys()])].sort();
  const weeks = dates.map((date): FanWeek => {
    const point = forecasts.get(date);
    return {
      date,
      actual: actuals.get(date) ?? null,
      expected: point?.forecast_value ?? null,
      median: point?.q50 ?? null,
      band80: band(point?.q10, point?.q90),
      band90: band(point?.q05, point?.q95),
    };
  });
  const firstForecast = weeks.findIndex(({ date }) => forecasts.has(date));
  return weeks.slice(Math.max(0, (firstForecast < 0 ? weeks.length : firstForecast) - WEEKS_OF_HISTORY));
}
