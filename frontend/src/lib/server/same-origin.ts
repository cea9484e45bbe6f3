import "server-only";

/**
 * Whether a page of this site sent the request. Browsers say so by `Sec-Fetch-Site` where they trust the connection,
 * and by `Origin` with every write; a request with neither is refused.
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = headers.get("origin");
  return origin !== null && URL.canParse(origin) && new URL(origin).host === headers.get("host");
}
