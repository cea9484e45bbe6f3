import { type ApiBody, type ApiQuery, apiRequest } from "./request";

export type ItemsQuery = ApiQuery<"/api/v1/items">;
export type ItemSummary = ApiBody<"/api/v1/items">["data"][number];
export type ItemDetail = ApiBody<"/api/v1/items/{item_id}">;
export type DemandPoint = ApiBody<"/api/v1/items/{item_id}/timeseries">["data"][number];
export type Forecast = ApiBody<"/api/v1/items/{item_id}/forecast">;
export type ForecastPoint = Forecast["data"][number];
export type Kpi = ApiBody<"/api/v1/kpis">["data"][number];
export type FamilyDemand = ApiBody<"/api/v1/kpis/demand-daily-family">["data"][number];
export type LeadTime = ApiBody<"/api/v1/kpis/lead-times">["data"][number];
export type ForecastAccuracy = ApiBody<"/api/v1/kpis/forecast-accuracy">["data"][number];
export type Me = ApiBody<"/api/v1/auth/me">;
export type Permission = Me["permissions"][number];
export type Dataset = ApiBody<"/api/v1/datasets">["data"][number];

export const itemsRequest = (query: ItemsQuery) => apiRequest("/api/v1/items", { query });

export const itemRequest = (itemId: string) => apiRequest("/api/v1/items/{item_id}", { path: { item_id: itemId } });

export const weeklyDemandRequest = (itemId: string) =>
  apiRequest("/api/v1/items/{item_id}/timeseries", { path: { item_id: itemId }, query: { grain: "week" } });

/** The served forecast of an item as issued at `origin` (an ISO date); null is the newest. */
export const forecastRequest = (itemId: string, origin: string | null) =>
  apiRequest("/api/v1/items/{item_id}/forecast", { path: { item_id: itemId }, query: { origin } });

export const kpisRequest = () => apiRequest("/api/v1/kpis");

/** Demand per day, family and unit from `from` (an ISO date) on; null is the whole history. */
export const familyDemandRequest = (from: string | null) =>
  apiRequest("/api/v1/kpis/demand-daily-family", { query: { from } });

export const leadTimesRequest = () => apiRequest("/api/v1/kpis/lead-times");

/** Accuracy over every demand class taken together. */
export const forecastAccuracyRequest = () =>
  apiRequest("/api/v1/kpis/forecast-accuracy", { query: { demand_class: "all" } });

/** Who is signed in, and what they may do. */
export const meRequest = () => apiRequest("/api/v1/auth/me");

export const datasetsRequest = () => apiRequest("/api/v1/datasets");
