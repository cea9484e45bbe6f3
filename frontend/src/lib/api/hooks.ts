"use client";

import useSWR, { type SWRConfiguration, type SWRResponse } from "swr";
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
  weeklyDemandRequest,
} from "./requests";

export type Resource<Body> = SWRResponse<Body, ApiError>;

async function fetchBody<Body>(request: ApiRequest<Body>): Promise<Body> {
  const response = await fetch(request, { headers: { accept: "application/json" } }).catch((cause: Error) => {
    throw new ApiError(0, cause.message);
  });
  return readBody<Body>(response);
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
