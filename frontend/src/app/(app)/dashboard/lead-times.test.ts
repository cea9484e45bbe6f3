import { expect, test } from "vitest";
import type { LeadTime } from "@/lib/api/requests";
import { allWorstFirst, worstLeadTimes } from "./lead-times";

const pair = (supplier: string, p90_days: number | null, lines: number): LeadTime => ({
  supplier_id: supplier,
  supplier_name: supplier,
  family: "EPI",
  lines,
  median_days: p90_days,
  p90_days,
  after_the_fact_lines: 0,
  receipt_lead_time_days: null,
  receipt_reason: "receipts_not_in_source",
});

test("one slow line does not make the worst supplier", () => {
  const rows = [pair("one line", 900, 1), pair("steady", 20, 40), pair("slow", 80, 12)];
  expect(worstLeadTimes(rows).map(({ supplier_id }) => supplier_id)).toEqual(["slow", "steady"]);
  expect(allWorstFirst(rows)[0]?.supplier_id).toBe("one line");
});

test("pairs never purchased come last", () => {
  const rows = [pair("never", null, 0), pair("at once", 0, 10)];
  expect(allWorstFirst(rows).map(({ supplier_id }) => supplier_id)).toEqual(["at once", "never"]);
});
