import { type NextRequest, NextResponse } from "next/server";
import { askAuth } from "@/lib/server/ask-auth";
import { foreign } from "@/lib/server/problem";
import { isSameOrigin } from "@/lib/server/same-origin";
import { dropSession, type Grant, keepSession, readSession } from "@/lib/server/session-cookies";

/** Renews the session: 204 when it is good for longer now, 401 when it is over, 503 when that cannot be known. */
export async function POST(request: NextRequest): Promise<Response> {
  if (!isSameOrigin(request.headers)) return foreign(request);
  const { token, renewal } = readSession(request.cookies, request.headers);
  if (renewal === null) return new NextResponse(null, { status: 401 });
  // The cookie of a token ends with it: this one is new, another tab has just renewed it.
  if (token !== null) return new NextResponse(null, { status: 204 });
  const answer = await askAuth("refresh", request.headers, { body: { refresh_token: renewal } });
  const status = answer?.ok ? 204 : answer?.status === 401 ? 401 : 503;
  const response = new NextResponse(null, { status });
  if (answer?.ok) keepSession(response, request.headers, (await answer.json()) as Grant);
  if (status === 401) dropSession(response, request.headers);
  return response;
}
