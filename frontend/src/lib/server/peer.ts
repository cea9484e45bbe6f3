import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/**
 * Makes this server add to `X-Forwarded-For` who is connected to it, as a proxy does. Next itself takes over what the
 * request claims, so that anybody could be anybody to the API, which counts attempts to sign in by address.
 */
export function tellPeers(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    const peer = request.socket.remoteAddress?.replace(/^::ffff:/, "");
    const claimed = request.headers["x-forwarded-for"];
    request.headers["x-forwarded-for"] = [claimed, peer].filter(Boolean).join(", ");
  });
}
