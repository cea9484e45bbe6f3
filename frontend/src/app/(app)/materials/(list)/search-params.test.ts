import { describe, expect, test } from "vitest";
import { itemsRequest } from "@/lib/api/requests";
import { itemsQuery, loadMaterialsParams, sortDirection, toggledSort } from "./search-params";

const requestOf = (search: string) => itemsRequest(itemsQuery(loadMaterialsParams(new URLSearchParams(search))));

describe("the list's address", () => {
  test("without parameters asks for the busiest materials", () => {
    expect(requestOf("")).toBe("/api/v1/items?is_service=false&sort=-request_lines_52w&limit=50");
  });

  test("carries every filter to the API", () => {
    expect(requestOf("q=cabo&family=EPI&class=lumpy&abc=A&kind=service&sort=item_name&cursor=x")).toBe(
      "/api/v1/items?q=cabo&family=EPI&demand_class=lumpy&abc_class=A&is_service=true&sort=item_name&limit=50&cursor=x",
    );
    expect(requestOf("kind=all")).not.toContain("is_service");
  });

  test("drops values that do not exist", () => {
    expect(requestOf("class=fast&abc=D&kind=thing&sort=price")).toBe(requestOf(""));
  });
});

describe("a click on a column", () => {
  test("orders figures from the largest and names from the first", () => {
    expect(toggledSort("item_id", "forecast_4w")).toBe("-forecast_4w");
    expect(toggledSort("-forecast_4w", "item_name")).toBe("item_name");
  });

  test("on the same column turns the order around", () => {
    expect(toggledSort("-forecast_4w", "forecast_4w")).toBe("forecast_4w");
    expect(toggledSort("item_name", "item_name")).toBe("-item_name");
  });

  test("is told to assistive technology by direction", () => {
    expect(sortDirection("-forecast_4w", "forecast_4w")).toBe("descending");
    expect(sortDirection("forecast_4w", "forecast_4w")).toBe("ascending");
    expect(sortDirection("forecast_4w", "item_id")).toBeNull();
  });
});
