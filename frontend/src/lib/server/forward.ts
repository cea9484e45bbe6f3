import "server-only";
import type { NextRequest } from "next/server";
import { apiUrl, onBehalfOf } from "./api-origin";
import { foreign, problem } from "./problem";
import { readLimited } from "./read-limited";
import { isSameOrigin } from "./same-origin";
import { readSession } from "./session-cookies";

const PATIENCE_MS = 30_000;
const LONGEST_BODY = 1024 * 1024;
const READS = ["GET", "HEAD"];

const REQUEST_HEADERS = [
  "accept",
  "accept-language",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "x-request-id",
];

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

/** Whether an address answers writes with tokens, which no script may see: `/session` is for them. */
function givesTokens(path: string): boolean {
  try {
    return decodeURIComponent(path).split("/").filter(Boolean)[2] === "auth";
  } catch {
    return true;
  }
}

/** The body to pass on, or the refusal of a write. */
async function writtenBody(request: NextRequest): Promise<Uint8Array<ArrayBuffer> | Response> {
  if (!isSameOrigin(request.headers)) return foreign(request);
  if (givesTokens(request.nextUrl.pathname)) {
    return problem(request, 403, "Forbidden", "Signing in and out is done at /session.");
  }
  const body = await readLimited(request, LONGEST_BODY);
  return body ?? problem(request, 413, "Content Too Large", `A body may have ${LONGEST_BODY} bytes.`);
}

/**
 * Passes a request on to the API and its answer back: validators, problem documents and 304s untouched, headers only as
 * listed above. The API is told who asks by the session's token, and where from. Writes come from this site alone. An
 * API that does not answer becomes a 502 problem document.
 */
export async function forward(request: NextRequest): Promise<Response> {
  const body = READS.includes(request.method) ? null : await writtenBody(request);
  if (body instanceof Response) return body;
  const headers = pick(request.headers, REQUEST_HEADERS);
  const { token } = readSession(request.cookies, request.headers);
  for (const [name, value] of Object.entries(onBehalfOf(token, request.headers))) headers.set(name, value);
  try {
    const answer = await fetch(apiUrl(request.nextUrl.pathname + request.nextUrl.search), {
      method: request.method,
      headers,
      body,
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    return new Response(answer.body, { status: answer.status, headers: pick(answer.headers, RESPONSE_HEADERS) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(JSON.stringify({ event: "api_unreachable", path: request.nextUrl.pathname, reason }));
    return problem(request, 502, "Bad Gateway", "The page's server could not reach the API.");
  }
}
