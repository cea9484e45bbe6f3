// @vitest-environment jsdom
import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { ItemDetail } from "@/lib/api/requests";
import { renderIn } from "@/lib/i18n/render-in";
import { Facts } from "./facts";

afterEach(cleanup);

const item: ItemDetail = {
  item_id: "010323",
  item_name: "PEÇA GALVANIZADA A FOGO",
  family: "FERRO E AÇO",
  category: "MATERIAL",
  unit: "KG",
  is_service: false,
  active: true,
  demand_class: "lumpy",
  abc_class: "A",
  abc_basis: "request_lines",
  xyz_class: "Z",
  adi: 2.4,
  cv2: 1.3,
  weeks_observed: 45,
  weeks_with_demand: 19,
  first_demand_on: "2024-12-16",
  last_demand_on: "2025-10-01",
  demand_total: 13_682,
  demand_52w: 13_682,
  request_lines_52w: 50,
  mean_weekly_demand: 304,
  origin: "2025-10-20",
  served_model: "ensemble",
  forecast_4w: 1_052.3,
  lead_time_lines: 48,
  lead_time_median_days: 9,
  lead_time_p90_days: 41,
  on_hand: null,
  on_hand_reason: "stock_not_in_source",
  unit_cost_brl: null,
  unit_cost_reason: "prices_not_in_source",
  criticality: null,
  min_order_qty: null,
  order_multiple: null,
  attributes: {},
  versions: {},
};

const factOf = (name: string) => screen.getByText(name).parentElement?.textContent;

test("a stock that the source does not have is told with its reason, never as zero", () => {
  renderIn("pt-BR", <Facts item={item} />);
  expect(factOf("Em estoque")).toBe("Em estoquesem dado nesta fonte: o estoque não vem nela");
  expect(factOf("Custo unitário")).toContain("os preços não vêm nela");
});

test("a stock of zero is zero, in the item's unit", () => {
  renderIn("pt-BR", <Facts item={{ ...item, on_hand: 0, on_hand_reason: null }} />);
  expect(factOf("Em estoque")).toBe("Em estoque0 KG");
});

test("figures follow the reader's language", () => {
  renderIn("en", <Facts item={item} />);
  expect(factOf("Forecast in 4 weeks")).toBe("Forecast in 4 weeks1,052 KGfrom 20 Oct 25 on");
});
