import { describe, expect, test } from "vitest";
import type { DemandPoint, ForecastPoint } from "@/lib/api/requests";
import { addDays } from "@/lib/dates";
import { centreOf, fanSeries } from "./fan-series";

const actual = (date: string, demand: number): DemandPoint => ({ date, site_id: "ALL", demand });

const forecast = (forecast_date: string, q50: number | null = 4): ForecastPoint => ({
  forecast_date,
  forecast_value: 4.5,
  q05: 1,
  q10: 2,
  q50,
  q80: 6,
  q90: 8,
  q95: 9,
  q99: 12,
});

describe("the fan chart's weeks", () => {
  test("carry what happened and what was forecast side by side", () => {
    expect(fanSeries([actual("2025-10-13", 3)], [forecast("2025-10-20")])).toEqual([
      { date: "2025-10-13", actual: 3, expected: null, median: null, band80: null, band90: null },
      { date: "2025-10-20", actual: null, expected: 4.5, median: 4, band80: [2, 8], band90: [1, 9] },
    ]);
  });

  test("keep a demand of zero, which is not an absent one", () => {
    expect(fanSeries([actual("2025-10-13", 0)], [])[0]?.actual).toBe(0);
  });

  test("lay an earlier forecast over what happened since", () => {
    const history = [actual("2025-10-06", 1), actual("2025-10-13", 3), actual("2025-10-20", 7)];
    const weeks = fanSeries(history, [forecast("2025-10-13"), forecast("2025-10-20")]);
    expect(weeks.map(({ actual: demand, median }) => [demand, median])).toEqual([
      [1, null],
      [3, 4],
      [7, 4],
    ]);
  });

  test("reach two years back from the first forecast, not from the last", () => {
    const monday = "2022-01-03";
    const history = Array.from({ length: 180 }, (_, week) => actual(addDays(monday, week * 7), week));
    const origin = addDays(monday, 150 * 7);
    const weeks = fanSeries(history, [forecast(origin)]);
    expect(weeks[0]?.date).toBe(addDays(origin, -104 * 7));
    expect(weeks.at(-1)?.actual).toBe(179);
  });

  test("have no band where a quantile is missing", () => {
    const [week] = fanSeries([], [{ ...forecast("2025-10-20"), q05: null }]);
    expect(week).toMatchObject({ band80: [2, 8], band90: null });
  });
});

test("the line draws the expected mean where the median is zero throughout", () => {
  expect(centreOf([forecast("2025-10-20", 0), forecast("2025-10-27", 0)])).toBe("expected");
  expect(centreOf([forecast("2025-10-20", 0), forecast("2025-10-27", 1)])).toBe("median");
  expect(centreOf([])).toBe("expected");
});
