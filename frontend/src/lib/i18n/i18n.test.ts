import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dictionaries } from "./dictionaries";
import { createI18n, type MessageKey } from "./i18n";

const pt = createI18n("pt-BR", dictionaries["pt-BR"]);
const en = createI18n("en", dictionaries.en);

const placeholders = (message: string) => [...message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe("dictionaries", () => {
  test("hold the same keys in the same order", () => {
    expect(Object.keys(dictionaries.en)).toEqual(Object.keys(dictionaries["pt-BR"]));
  });

  test.each(Object.keys(dictionaries["pt-BR"]) as MessageKey[])("say %s with the same placeholders", (key) => {
    expect(placeholders(dictionaries.en[key])).toEqual(placeholders(dictionaries["pt-BR"][key]));
    expect(dictionaries.en[key].trim()).not.toBe("");
    expect(dictionaries["pt-BR"][key].trim()).not.toBe("");
  });
});

describe("codes of the API", () => {
  const served = [
    "stock_not_in_source",
    "receipts_not_in_source",
    "prices_not_in_source",
    "no_forecast_week_has_ended",
  ];

  test.each(served)("explain the reason %s in both languages", (reason) => {
    expect(pt.label("reason", reason)).not.toBe(reason);
    expect(en.label("reason", reason)).not.toBe(pt.label("reason", reason));
  });

  test("say that a stock is absent from the source, not that it is zero", () => {
    expect(pt.label("reason", "stock_not_in_source")).toBe("sem dado nesta fonte: o estoque não vem nela");
  });

  test("fall back to the code itself when it is new", () => {
    expect(pt.label("reason", "a_reason_of_tomorrow")).toBe("a_reason_of_tomorrow");
  });

  test("name every demand class of the contract", () => {
    const contract = readFileSync(`${import.meta.dirname}/../../../openapi/openapi.json`, "utf8");
    const classes = ["smooth", "erratic", "intermittent", "lumpy"];
    for (const code of classes) {
      expect(contract).toContain(`"${code}"`);
      expect(pt.label("demand_class", code)).not.toBe(code);
      expect(pt.label("demand_class", `${code}.meaning`)).not.toBe(`${code}.meaning`);
    }
  });
});

test("counts take the plural form of their language", () => {
  expect(pt.plural("materials.shown", 1)).toBe("1 item nesta página");
  expect(pt.plural("materials.shown", 1_200)).toBe("1.200 itens nesta página");
  expect(en.plural("materials.shown", 0)).toBe("0 items on this page");
});
