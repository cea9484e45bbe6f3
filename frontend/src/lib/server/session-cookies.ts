import "server-only";
import type { NextResponse } from "next/server";
import type { components } from "@/lib/api/types.gen";

/** What the API grants to who signs in. */
export type Grant = components["schemas"]["Session"];

/** Who asks, as the browser's cookies tell: a token, and what renews it where the API has that. */
export interface Session {
  readonly token: string | null;
  readonly renewal: string | null;
}

interface Cookies {
  get(name: string): { readonly value: string } | undefined;
}

/** A token is let go a little before it ends, so that none is sent that ends on its way. */
const EARLY_SECONDS = 10;

/** Served by TLS, as whoever terminates it says. */
export function isSecure(headers: Headers): boolean {
  return headers.get("x-forwarded-proto")?.split(",")[0]?.trim() === "https";
}

/** By TLS under a name that only this host can set, and only by TLS. */
function names(secure: boolean) {
  const prefix = secure ? "__Host-" : "";
  return { token: `${prefix}nova_session`, renewal: `${prefix}nova_renewal` };
}

export function readSession(cookies: Cookies, headers: Headers): Session {
  const { token, renewal } = names(isSecure(headers));
  return { token: cookies.get(token)?.value ?? null, renewal: cookies.get(renewal)?.value ?? null };
}

function secondsUntil(time: string): number {
  return Math.max(0, Math.floor((Date.parse(time) - Date.now()) / 1000) - EARLY_SECONDS);
}

/** Gives the browser a session that its scripts cannot read, for as long as the API honours it. */
export function keepSession(response: NextResponse, headers: Headers, grant: Grant): void {
  const secure = isSecure(headers);
  // Lax: a link in a mail leads to its page. Writes are checked by their origin, whatever the cookie.
  const kept = { httpOnly: true, sameSite: "lax", secure, path: "/" } as const;
  const { token, renewal } = names(secure);
  response.cookies.set(token, grant.token, { ...kept, maxAge: secondsUntil(grant.expires_at) });
  if (grant.refresh_token !== null && grant.refresh_expires_at !== null) {
    response.cookies.set(renewal, grant.refresh_token, { ...kept, maxAge: secondsUntil(grant.refresh_expires_at) });
  }
}

export function dropSession(response: NextResponse, headers: Headers): void {
  const secure = isSecure(headers);
  for (const name of Object.values(names(secure))) {
    response.cookies.set(name, "", { httpOnly: true, sameSite: "lax", secure, path: "/", maxAge: 0 });
  }
}
