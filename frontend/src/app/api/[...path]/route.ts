/** The browser's only way to the API: same origin, no address of the API in the page. Reads only. */
export { forward as GET, forward as HEAD } from "@/lib/server/forward";
