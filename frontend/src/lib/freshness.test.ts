import { expect, test } from "vitest";
import type { Dataset } from "./api/requests";
import { freshnessOf } from "./freshness";

const HOUR = 3_600;

function dataset(name: string, ageHours: number, dataThrough: string | null = "2025-10-24"): Dataset {
  return {
    dataset: name,
    version: 1,
    row_count: 1,
    data_through: dataThrough,
    run_id: null,
    changed_at: "2025-10-25T05:00:00Z",
    materialized_at: "2025-10-25T05:00:00Z",
    freshness: "fresh",
    age_seconds: ageHours * HOUR,
    dagster_url: "http://127.0.0.1:3070/assets",
  };
}

test("nothing is known without datasets", () => {
  expect(freshnessOf([])).toBeNull();
});

test("what is served together is as old as its oldest nightly part", () => {
  const served = [dataset("core.dim_item", 20, null), dataset("analytics.mv_kpi_summary", 3, null)];
  expect(freshnessOf(served)).toEqual({ dataThrough: null, ageSeconds: 20 * HOUR, late: false });
});

test("the last known day is that of the requests, not of the calendar", () => {
  const served = [dataset("core.dim_calendar", 3, "2027-12-31"), dataset("core.fact_purchase_lines", 3, "2025-10-23")];
  expect(freshnessOf(served)?.dataThrough).toBe("2025-10-23");
});

test("a missed night is late", () => {
  expect(freshnessOf([dataset("core.dim_item", 27)])?.late).toBe(true);
});

test("forecasts are made weekly: six days are not late, nine are, and none of it ages the nightly data", () => {
  const nightly = dataset("core.dim_item", 3);
  const forecasts = (days: number) => freshnessOf([nightly, dataset("analytics.fact_forecasts", days * 24)]);
  expect(forecasts(6)).toMatchObject({ late: false, ageSeconds: 3 * HOUR });
  expect(forecasts(9)).toMatchObject({ late: true });
});
