"use client";

import type { ReactNode } from "react";
import { SWRConfig, type SWRConfiguration } from "swr";
import { loginPath } from "@/lib/session/paths";
import { ApiError } from "./read-body";

const FIVE_MINUTES = 300_000;

/** A refusal (4xx) stays a refusal however often it is asked; anything else may pass. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
}

/** A session that is over leads to the sign-in page, which leads back here: filters are part of the address. */
function leaveWhenSignedOut(error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  const { pathname, search } = window.location;
  window.location.assign(loginPath(pathname + search, "ended"));
}

/** The page stays open all day: it asks again every five minutes, and the API answers 304 when nothing changed. */
const configuration: SWRConfiguration = {
  refreshInterval: FIVE_MINUTES,
  focusThrottleInterval: 60_000,
  dedupingInterval: 10_000,
  shouldRetryOnError: mayPass,
  onError: leaveWhenSignedOut,
};

export function SwrProvider({ children }: { children: ReactNode }) {
  return <SWRConfig value={configuration}>{children}</SWRConfig>;
}
