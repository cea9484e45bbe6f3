import { expect, test } from "vitest";
import { addDays, daysBetween, mondayOf } from "./dates";

test("days are added across months, years and leap days", () => {
  expect(addDays("2024-02-28", 2)).toBe("2024-03-01");
  expect(addDays("2025-01-01", -1)).toBe("2024-12-31");
  expect(daysBetween("2024-02-01", "2024-03-01")).toBe(29);
});

test("a week begins on Monday", () => {
  expect(mondayOf("2025-10-20")).toBe("2025-10-20");
  expect(mondayOf("2025-10-24")).toBe("2025-10-20");
  expect(mondayOf("2025-10-26")).toBe("2025-10-20");
});
