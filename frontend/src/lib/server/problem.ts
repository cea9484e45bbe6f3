import "server-only";
import type { NextRequest } from "next/server";

/** A problem document of this server's own, in the manner of the API's. */
export function problem(request: NextRequest, status: number, title: string, detail: string): Response {
  const body = {
    type: "about:blank",
    title,
    status,
    detail,
    instance: request.nextUrl.pathname,
    request_id: request.headers.get("x-request-id"),
  };
  return Response.json(body, {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}

export const foreign = (request: NextRequest): Response =>
  problem(request, 403, "Forbidden", "Only a page of this site may send this.");
