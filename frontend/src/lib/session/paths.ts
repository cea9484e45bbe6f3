/** What the sign-in page may have to say before somebody types. */
export const NOTICES = ["wrong", "throttled", "unavailable", "ended", "signed_out", "not_revoked"] as const;
export type Notice = (typeof NOTICES)[number];

export const LOGIN = "/login";
export const HOME = "/dashboard";

/** Not pages that somebody was on. */
const NO_PLACE = /^\/(login|session|api)(\/|$)/;

export function isNotice(value: unknown): value is Notice {
  return NOTICES.some((notice) => notice === value);
}

/** The page to come back to: an address of this site, else the first page. Nobody is led to another host. */
export function returnPath(wanted: unknown): string {
  if (typeof wanted !== "string" || !wanted.startsWith("/") || !URL.canParse(wanted, "http://here.invalid"))
    return HOME;
  const { origin, pathname, search } = new URL(wanted, "http://here.invalid");
  // A path that begins with two slashes names a host where it is given as an address.
  const elsewhere = origin !== "http://here.invalid" || pathname.startsWith("//");
  return elsewhere || NO_PLACE.test(pathname) ? HOME : pathname + search;
}

/** The sign-in page that leads back to `from`, with what it says at first; `seconds` is when to try again. */
export function loginPath(from: string, notice?: Notice, seconds?: number | null): string {
  const query = new URLSearchParams();
  const back = returnPath(from);
  if (back !== HOME) query.set("next", back);
  if (notice) query.set("notice", notice);
  if (seconds) query.set("seconds", String(seconds));
  return query.size > 0 ? `${LOGIN}?${query}` : LOGIN;
}
