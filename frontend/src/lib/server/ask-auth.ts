import "server-only";
import { apiUrl, onBehalfOf } from "./api-origin";

const PATIENCE_MS = 15_000;

/** POSTs to an address of the API's `auth` on behalf of a browser; null when the API does not answer. */
export async function askAuth(
  action: "login" | "logout" | "refresh",
  headers: Headers,
  { token = null, body }: { token?: string | null; body?: unknown },
): Promise<Response | null> {
  try {
    return await fetch(apiUrl(`/api/v1/auth/${action}`), {
      method: "POST",
      headers: { ...onBehalfOf(token, headers), "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(JSON.stringify({ event: "api_unreachable", path: `/api/v1/auth/${action}`, reason }));
    return null;
  }
}
