import "server-only";

/** Where this server reaches the API; read per request, so one build serves any host. */
export function apiUrl(pathAndSearch: string): URL {
  return new URL(pathAndSearch, process.env.NOVA_API_ORIGIN ?? "http://127.0.0.1:8000");
}

/** For whom this server asks the API: the bearer of `token`, else nobody, at the browser's address. */
export function onBehalfOf(token: string | null, headers: Headers): Record<string, string> {
  const addresses = headers.get("x-forwarded-for");
  return {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(addresses === null ? {} : { "x-forwarded-for": addresses }),
  };
}
