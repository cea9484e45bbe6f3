import { expect, test } from "vitest";
import { loadItemParams } from "./search-params";

test("an origin is a calendar day; anything else is the newest forecast", () => {
  expect(loadItemParams({ origin: "2025-10-20" })).toEqual({ origin: "2025-10-20" });
  for (const origin of ["2025-13-45", "yesterday", "", "2025-10-20T00:00"]) {
    expect(loadItemParams({ origin })).toEqual({ origin: null });
  }
});
