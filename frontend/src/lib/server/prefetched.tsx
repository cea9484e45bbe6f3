import "server-only";
import type { ReactNode } from "react";
import { SWRConfig } from "swr";
import type { ApiRequest } from "@/lib/api/request";
import { loadFallback } from "./load";

/** Renders its children with the answers of `requests` already in SWR's hands. */
export async function Prefetched({
  requests,
  children,
}: {
  requests: readonly ApiRequest<unknown>[];
  children: ReactNode;
}) {
  return <SWRConfig value={{ fallback: await loadFallback(requests) }}>{children}</SWRConfig>;
}
