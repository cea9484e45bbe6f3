"use client";

import useSWR, { type SWRConfiguration, type SWRResponse } from "swr";
import { renewSession } from "@/lib/session/renew";
import { ApiError, readBody } from "./read-body";
import type { ApiRequest } from "./request";
import {
  datasetsRequest,
  familyDemandRequest,
  forecastAccuracyRequest,
  forecastRequest,
  type ItemsQuery,
  itemRequest,
  itemsRequest,
  kpisRequest,
  leadTimesRequest,
  meRequest,
  type Permission,
  weeklyDemandRequest,
} from "./requests";

export type Resource<Body> = SWRResponse<Body, ApiError>;

async function ask(request: string): Promise<Response> {
  return fetch(request, { headers: { accept: "application/json" } }).catch((cause: Error) => {
    throw new ApiError(0, cause.message);
  });
}

/** Reads the body; a session that has ended is renewed once, where it can be. */
async function fetchBody<Body>(request: ApiRequest<Body>): Promise<Body> {
  const response = await ask(request);
  if (response.status !== 401) return readBody<Body>(response);
  const renewal = await renewSession();
  if (renewal === "unknown") throw new ApiError(0, "The session could not be renewed");
  return readBody<Body>(renewal === "renewed" ? await ask(request) : response);
}

function useApi<Body>(request: ApiRequest<Body>, options: SWRConfiguration = {}): Resource<Body> {
  return useSWR<Body, ApiError>(request, fetchBody, options);
}

/** For one list under changing filters: the old answer stays on screen until the new one is there. */
const SAME_LIST: SWRConfiguration = { keepPreviousData: true };

export const useItems = (query: ItemsQuery) => useApi(itemsRequest(query), SAME_LIST);

export const useItem = (itemId: string) => useApi(itemRequest(itemId));

export const useWeeklyDemand = (itemId: string) => useApi(weeklyDemandRequest(itemId));

export const useForecast = (itemId: string, origin: string | null) =>
  useApi(forecastRequest(itemId, origin), SAME_LIST);

export const useKpis = () => useApi(kpisRequest());

export const useFamilyDemand = (from: string | null) => useApi(familyDemandRequest(from));

export const useLeadTimes = () => useApi(leadTimesRequest());

export const useForecastAccuracy = () => useApi(forecastAccuracyRequest());

export const useDatasets = () => useApi(datasetsRequest());

export const useMe = () => useApi(meRequest());

/**
 * Whether the reader may do this; the API decides, the page hides what it would refuse. While nobody could say who
 * reads, reading alone counts as permitted.
 */
export function useMay(): (permission: Permission) => boolean {
  const { data } = useMe();
  return (permission) => (data ? data.permissions.includes(permission) : permission === "read");
}
