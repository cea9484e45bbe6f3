import { describe, expect, test } from "vitest";
import { ApiError, readBody } from "./read-body";
import { familyDemandRequest, forecastRequest, itemRequest, itemsRequest } from "./requests";

describe("a request", () => {
  test("leaves out what is not asked", () => {
    expect(familyDemandRequest(null)).toBe("/api/v1/kpis/demand-daily-family");
    expect(itemsRequest({ q: "", abc_class: null, is_service: false, limit: 50 })).toBe(
      "/api/v1/items?is_service=false&limit=50",
    );
  });

  test("escapes an item's code, which is any text of the ERP", () => {
    expect(itemRequest("A/1 ç?")).toBe("/api/v1/items/A%2F1%20%C3%A7%3F");
    expect(forecastRequest("0148", "2025-10-20")).toBe("/api/v1/items/0148/forecast?origin=2025-10-20");
  });
});

describe("an answer", () => {
  test("that is a success gives its body", async () => {
    await expect(readBody(Response.json({ data: [] }))).resolves.toEqual({ data: [] });
  });

  test("that is a problem raises its detail and request id", async () => {
    const problem = { title: "Not Found", detail: "Item 9 does not exist", status: 404, request_id: "r-1" };
    const response = Response.json(problem, { status: 404, headers: { "content-type": "application/problem+json" } });
    await expect(readBody(response)).rejects.toMatchObject(new ApiError(404, "Item 9 does not exist", "r-1"));
  });

  test("that is not the API's keeps its status and no body", async () => {
    const response = new Response("<html>", { status: 503, statusText: "Service Unavailable" });
    await expect(readBody(response)).rejects.toMatchObject({ status: 503, message: "Service Unavailable" });
  });
});
