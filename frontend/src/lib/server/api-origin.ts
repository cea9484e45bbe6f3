import "server-only";

/** Where this server reaches the API; read per request, so one build serves any host. */
export function apiUrl(pathAndSearch: string): URL {
  return new URL(pathAndSearch, process.env.NOVA_API_ORIGIN ?? "http://127.0.0.1:8000");
}
