import type { paths } from "./types.gen";

type JsonResponse<Body> = { get: { responses: { 200: { content: { "application/json": Body } } } } };

/** A path of the API's OpenAPI document that answers GET with JSON. */
export type ApiPath = { [P in keyof paths]: paths[P] extends JsonResponse<unknown> ? P : never }[keyof paths];

/** Listings answer in several shapes; what the page asks for comes in whole rows. */
type InRows<Body> = Body extends { shape: string } ? Extract<Body, { shape: "rows" }> : Body;

/** What a path answers with. */
export type ApiBody<P extends ApiPath> = paths[P] extends JsonResponse<infer Body> ? InRows<Body> : never;

type Parameters<P extends ApiPath> = paths[P]["get"]["parameters"];

/** The query parameters that a path knows. */
export type ApiQuery<P extends ApiPath> = NonNullable<Parameters<P>["query"]>;

/** The values that a path's `{placeholders}` take. */
type PathValues<P extends ApiPath> =
  Parameters<P> extends { path: infer Values extends Record<string, string> } ? Values : Record<string, never>;

declare const body: unique symbol;

/**
 * The address of one GET, without its origin, carrying the type of its answer.
 *
 * It is also the SWR key, so what the server prefetched is found by the browser under the same string.
 */
export type ApiRequest<Body> = string & { readonly [body]?: Body };

function fillPath(path: string, values: Record<string, string> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

/** Builds a request; query values that are null, undefined or empty are left out. */
export function apiRequest<P extends ApiPath>(
  path: P,
  parameters: { path?: PathValues<P>; query?: ApiQuery<P> } = {},
): ApiRequest<ApiBody<P>> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters.query ?? {})) {
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  }
  const search = query.size > 0 ? `?${query}` : "";
  return `${fillPath(path, parameters.path)}${search}` as ApiRequest<ApiBody<P>>;
}
