/** The browser's only way to the API: same origin, no address and no token of the API in the page. */
export {
  forward as DELETE,
  forward as GET,
  forward as HEAD,
  forward as PATCH,
  forward as POST,
  forward as PUT,
} from "@/lib/server/forward";
