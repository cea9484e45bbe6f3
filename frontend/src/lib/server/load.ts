import "server-only";
import { cookies, headers } from "next/headers";
import { connection } from "next/server";
import { cache } from "react";
import { ApiError, readBody } from "@/lib/api/read-body";
import type { ApiRequest } from "@/lib/api/request";
import { apiUrl, onBehalfOf } from "./api-origin";
import { readSession, type Session } from "./session-cookies";

const PATIENCE_MS = 2_000;

/** What the server learned before it rendered. `unavailable` leaves the fetch, and its error, to the browser. */
export type Loaded<Body> =
  | { readonly state: "ready"; readonly body: Body }
  | { readonly state: "missing" }
  | { readonly state: "signed_out" }
  | { readonly state: "unavailable" };

/** Who asks for the page that is being rendered. */
export const askingSession = cache(async (): Promise<Session> => readSession(await cookies(), await headers()));

const loadOnce = cache(async (request: string): Promise<Loaded<unknown>> => {
  // At build time there is no request and no API: Next stops here, outside the catch.
  await connection();
  const { token } = await askingSession();
  if (token === null) return { state: "signed_out" };
  const asking = onBehalfOf(token, await headers());
  try {
    const response = await fetch(apiUrl(request), {
      headers: asking,
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { state: "ready", body: await readBody(response) };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { state: "missing" };
    if (error instanceof ApiError && error.status === 401) return { state: "signed_out" };
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(JSON.stringify({ event: "prefetch_failed", request, reason }));
    return { state: "unavailable" };
  }
});

/** Asks the API for the first paint; the same request is asked once per page. Never raises. */
export async function load<Body>(request: ApiRequest<Body>): Promise<Loaded<Body>> {
  return (await loadOnce(request)) as Loaded<Body>;
}

/** SWR's `fallback`: the answers that arrived, under the keys that the hooks use. */
export async function loadFallback(requests: readonly ApiRequest<unknown>[]): Promise<Record<string, unknown>> {
  const answers = await Promise.all(requests.map(load));
  return Object.fromEntries(
    answers.flatMap((answer, index) => (answer.state === "ready" ? [[requests[index], answer.body]] : [])),
  );
}
