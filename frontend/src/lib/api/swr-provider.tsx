"use client";

import type { ReactNode } from "react";
import { SWRConfig, type SWRConfiguration } from "swr";
import { ApiError } from "./read-body";

const FIVE_MINUTES = 300_000;

/** A refusal (4xx) stays a refusal however often it is asked; anything else may pass. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
}

/** The page stays open all day: it asks again every five minutes, and the API answers 304 when nothing changed. */
const configuration: SWRConfiguration = {
  refreshInterval: FIVE_MINUTES,
  focusThrottleInterval: 60_000,
  dedupingInterval: 10_000,
  shouldRetryOnError: mayPass,
};

export function SwrProvider({ children }: { children: ReactNode }) {
  return <SWRConfig value={configuration}>{children}</SWRConfig>;
}
