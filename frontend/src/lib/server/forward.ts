import "server-only";
import type { NextRequest } from "next/server";
import { apiAuthorization, apiUrl } from "./api-origin";

const PATIENCE_MS = 30_000;

const REQUEST_HEADERS = ["accept", "accept-language", "if-none-match", "x-request-id"];

/** `link` is left out: it would name the API's own address; the body carries the cursor. */
const RESPONSE_HEADERS = [
  "age",
  "cache-control",
  "content-type",
  "etag",
  "retry-after",
  "vary",
  "x-cache",
  "x-data-version",
  "x-request-id",
];

function pick(source: Headers, names: readonly string[]): Headers {
  const picked = new Headers();
  for (const name of names) {
    const value = source.get(name);
    if (value !== null) picked.set(name, value);
  }
  return picked;
}

function unreachable(request: NextRequest): Response {
  const problem = {
    type: "about:blank",
    title: "Bad Gateway",
    status: 502,
    detail: "The page's server could not reach the API.",
    instance: request.nextUrl.pathname,
    request_id: request.headers.get("x-request-id"),
  };
  return Response.json(problem, {
    status: 502,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}

/**
 * Passes a read on to the API and its answer back: validators, problem documents and 304s untouched,
 * headers only as listed above. An API that does not answer becomes a 502 problem document.
 */
export async function forward(request: NextRequest): Promise<Response> {
  const headers = pick(request.headers, REQUEST_HEADERS);
  for (const [name, value] of Object.entries(apiAuthorization())) headers.set(name, value);
  try {
    const answer = await fetch(apiUrl(request.nextUrl.pathname + request.nextUrl.search), {
      method: request.method,
      headers,
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    return new Response(answer.body, { status: answer.status, headers: pick(answer.headers, RESPONSE_HEADERS) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(JSON.stringify({ event: "api_unreachable", path: request.nextUrl.pathname, reason }));
    return unreachable(request);
  }
}
