import { describe, expect, test } from "vitest";
import { createFormatter, NO_VALUE } from "./format";

const pt = createFormatter("pt-BR");
const en = createFormatter("en");

/** Intl separates a currency and its amount with a no-break space. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("numbers", () => {
  test("use the reader's separators", () => {
    expect(pt.number(13_682.4)).toBe("13.682");
    expect(en.number(13_682.4)).toBe("13,682");
    expect(pt.quantity(29.84, "SR")).toBe("29,8 SR");
  });

  test("keep more decimals the smaller they are", () => {
    expect([1234.56, 123.4, 12.34, 0.123].map(pt.number)).toEqual(["1.235", "123", "12,3", "0,12"]);
  });

  test("never show a negative zero", () => {
    expect(pt.number(-0)).toBe("0");
    expect(pt.number(-0.001)).toBe("0");
    expect(pt.percent(-0.0001)).toBe("0%");
    expect(pt.signedPercent(-0.0001)).toBe("0%");
  });

  test("show the sign of a bias on both sides of zero", () => {
    expect([0.0612, -0.042].map(pt.signedPercent)).toEqual(["+6,1%", "-4,2%"]);
  });

  test("keep their unit where it belongs", () => {
    expect(plain(pt.money(1234.5))).toBe("R$ 1.234,50");
    expect(pt.days(6)).toBe("6 dias");
    expect(pt.days(1)).toBe("1 dia");
    expect(en.days(8.5)).toBe("8.5 days");
    expect(pt.weeks(2.4)).toBe("2,4 semanas");
  });
});

test("zero is a value and null is none", () => {
  expect(pt.quantity(0, "UN")).toBe("0 UN");
  for (const show of [pt.number, pt.count, pt.percent, pt.money, pt.days, pt.age]) expect(show(null)).toBe(NO_VALUE);
  expect(pt.quantity(null, "UN")).toBe(NO_VALUE);
  expect(pt.date(null)).toBe(NO_VALUE);
});

describe("dates", () => {
  test("are the calendar day, whatever the reader's time zone", () => {
    expect(pt.date("2025-10-24")).toBe("24/10/25");
    expect(pt.dayMonth("2025-01-01")).toBe("01/01");
  });

  test("cannot be read with day and month exchanged", () => {
    expect(en.date("2025-10-09")).toBe("09 Oct 25");
    expect(en.dayMonth("2025-10-09")).toBe("09 Oct");
  });

  test("tell instants in the depots' time zone", () => {
    expect(pt.dateTime("2025-10-25T02:30:00Z")).toBe("24/10/25, 23:30");
  });

  test("tell ages in the largest whole step", () => {
    expect([30, 3_599, 7_300, 200_000].map(en.age)).toEqual(["0 min. ago", "59 min. ago", "2 hr. ago", "2 days ago"]);
    expect(pt.age(7_300)).toBe("há 2 h");
  });
});
