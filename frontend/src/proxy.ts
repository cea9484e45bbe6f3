import { type NextRequest, NextResponse } from "next/server";
import { ASKED_PATH } from "@/lib/server/asked-path";
import { readSession } from "@/lib/server/session-cookies";
import { LOGIN, loginPath } from "@/lib/session/paths";

/** Recharts sizes its elements with style attributes, hence `style-src-attr`. */
function contentSecurityPolicy(nonce: string): string {
  const development = process.env.NODE_ENV === "development";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
  "cross-origin-opener-policy": "same-origin",
  "x-frame-options": "DENY",
};

function hasSession(request: NextRequest): boolean {
  const { token, renewal } = readSession(request.cookies, request.headers);
  return token !== null || renewal !== null;
}

/**
 * Gives every page its own nonce and the security headers. HSTS belongs to whoever terminates TLS.
 *
 * A page asked for without a session is the sign-in page, which leads back to it. That is a convenience only: the API
 * decides what a caller may read.
 */
export function proxy(request: NextRequest): NextResponse {
  const asked = request.nextUrl.pathname + request.nextUrl.search;
  if (request.nextUrl.pathname !== LOGIN && !hasSession(request)) {
    return NextResponse.redirect(new URL(loginPath(asked), request.nextUrl));
  }
  const policy = contentSecurityPolicy(btoa(crypto.randomUUID()));
  const headers = new Headers(request.headers);
  // Next reads the nonce for its own scripts from the policy on the request.
  headers.set("content-security-policy", policy);
  headers.set(ASKED_PATH, asked);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  return response;
}

export const config = { matcher: ["/((?!_next/static|api/|session(?:/|$)|healthz|icon.svg).*)"] };
