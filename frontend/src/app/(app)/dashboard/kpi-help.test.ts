import { expect, test } from "vitest";
import en from "./kpi-help.en.json";
import pt from "./kpi-help.pt-BR.json";

test("each indicator is explained in both languages", () => {
  expect(Object.keys(en)).toEqual(Object.keys(pt));
  expect(Object.values({ ...en, ...pt }).every((line) => line.trim() !== "")).toBe(true);
});
