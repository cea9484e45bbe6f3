import { describe, expect, test } from "vitest";
import type { FamilyDemand } from "@/lib/api/requests";
import { demandSeries, demandWindowStart, familyUnits } from "./demand-series";

const row = (date: string, family: string, unit: string, demand: number, request_lines = 1): FamilyDemand => ({
  date,
  family,
  unit,
  demand,
  request_lines,
  items: 1,
});

const EPI = { family: "EPI", unit: "UN", lines: 4 };

const rows = [
  row("2025-10-06", "EPI", "UN", 10, 2),
  row("2025-10-08", "EPI", "UN", 5),
  row("2025-10-08", "EPI", "PAR", 700),
  row("2025-10-20", "EPI", "UN", 3),
  row("2025-10-22", "PINTURA", "L", 40, 9),
];

describe("families", () => {
  test("are offered once per unit, the busiest first", () => {
    expect(familyUnits(rows)).toEqual([
      { family: "PINTURA", unit: "L", lines: 9 },
      { family: "EPI", unit: "UN", lines: 4 },
      { family: "EPI", unit: "PAR", lines: 1 },
    ]);
  });
});

describe("a demand series", () => {
  test("adds only what is measured in the chosen unit, and fills weeks without demand with zero", () => {
    expect(demandSeries(rows, EPI, "week").map(({ date, demand }) => [date, demand])).toEqual([
      ["2025-10-06", 15],
      ["2025-10-13", 0],
      ["2025-10-20", 3],
    ]);
  });

  test("marks the last week as incomplete while days of it are to come", () => {
    expect(demandSeries(rows, EPI, "week").map(({ complete }) => complete)).toEqual([true, true, false]);
  });

  test("by day runs to the last day that any family has", () => {
    const days = demandSeries(rows, EPI, "day");
    expect(days).toHaveLength(17);
    expect(days.at(-1)).toEqual({ date: "2025-10-22", demand: 0, lines: 0, complete: true });
  });

  test("is empty without rows", () => {
    expect(demandSeries([], EPI, "week")).toEqual([]);
  });
});

test("the window begins on a Monday half a year before the last day known", () => {
  const dataset = {
    dataset: "core.fact_purchase_lines",
    version: 1,
    row_count: 1,
    data_through: "2025-10-24",
    run_id: null,
    changed_at: "2025-10-25T05:00:00Z",
    materialized_at: "2025-10-25T05:00:00Z",
    freshness: "fresh",
    age_seconds: 1,
    dagster_url: "",
  };
  expect(demandWindowStart([dataset])).toBe("2025-04-21");
  expect(demandWindowStart([{ ...dataset, data_through: null }])).toBeNull();
  expect(demandWindowStart([])).toBeNull();
});
