import "server-only";

/** Where this server reaches the API; read per request, so one build serves any host. */
export function apiUrl(pathAndSearch: string): URL {
  return new URL(pathAndSearch, process.env.NOVA_API_ORIGIN ?? "http://127.0.0.1:8000");
}

/** How this server shows the API who asks; without a token it asks as nobody. */
export function apiAuthorization(): Record<string, string> {
  const token = process.env.NOVA_API_SERVICE_TOKEN;
  return token ? { authorization: `Bearer ${token}` } : {};
}
