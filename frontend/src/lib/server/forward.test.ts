import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { NextRequest } from "next/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { forward } from "./forward";

const ETAG = '"7"';

let api: Server;
let received: IncomingMessage[];

/** A small API of the contract's manners: validators, problem documents, headers of its own. */
function answer(request: IncomingMessage, response: ServerResponse) {
  received.push(request);
  if (request.url?.startsWith("/api/v1/items/none")) {
    response.writeHead(404, { "content-type": "application/problem+json", "x-request-id": "r-1" });
    response.end('{"title":"Not Found","status":404}');
  } else if (request.headers["if-none-match"] === ETAG) {
    response.writeHead(304, { etag: ETAG });
    response.end();
  } else {
    response.writeHead(200, {
      "content-type": "application/json",
      etag: ETAG,
      "cache-control": "private, no-cache",
      "x-cache": "memory",
      server: "granian",
      link: '<http://10.0.0.7:8000/api/v1/items?cursor=x>; rel="next"',
      "set-cookie": "session=secret",
    });
    response.end('{"data":[]}');
  }
}

beforeEach(async () => {
  received = [];
  api = createServer(answer);
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("NOVA_API_ORIGIN", `http://127.0.0.1:${(api.address() as AddressInfo).port}`);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  api.closeAllConnections();
  await new Promise((resolve) => api.close(resolve));
});

const ask = (path: string, headers: Record<string, string> = {}) =>
  forward(new NextRequest(`http://nova.test${path}`, { headers }));

test("a read reaches the API with its query, and its answer comes back whole", async () => {
  const response = await ask("/api/v1/items?q=cabo%20a%C3%A7o&limit=50");
  expect(received[0]?.url).toBe("/api/v1/items?q=cabo%20a%C3%A7o&limit=50");
  expect(await response.json()).toEqual({ data: [] });
  expect(response.headers.get("etag")).toBe(ETAG);
  expect(response.headers.get("cache-control")).toBe("private, no-cache");
  expect(response.headers.get("x-cache")).toBe("memory");
});

test("an unchanged answer stays a 304 without a body", async () => {
  const response = await ask("/api/v1/items", { "if-none-match": ETAG });
  expect(response.status).toBe(304);
  expect(await response.text()).toBe("");
});

test("a problem document passes untouched", async () => {
  const response = await ask("/api/v1/items/none");
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("x-request-id")).toBe("r-1");
  expect(await response.text()).toBe('{"title":"Not Found","status":404}');
});

test("nothing but the listed headers crosses, in either direction", async () => {
  const response = await ask("/api/v1/items", {
    authorization: "Bearer x",
    cookie: "a=b",
    "x-forwarded-for": "1.2.3.4",
  });
  for (const name of ["authorization", "cookie", "x-forwarded-for"]) expect(received[0]?.headers[name]).toBeUndefined();
  for (const name of ["link", "server", "set-cookie"]) expect(response.headers.get(name)).toBeNull();
});

test("the API is asked with this server's token, never with the browser's", async () => {
  vi.stubEnv("NOVA_API_SERVICE_TOKEN", "of-the-page");
  await ask("/api/v1/items", { authorization: "Bearer x" });
  expect(received[0]?.headers.authorization).toBe("Bearer of-the-page");
});

test("a path cannot climb out of the API", async () => {
  await ask("/api/v1/items/..%2f..%2f..%2fschema");
  expect(received[0]?.url).toBe("/api/v1/items/..%2f..%2f..%2fschema");
});

test("an API that is down is a 502 problem, said in the log", async () => {
  const log = vi.spyOn(console, "error").mockReturnValue();
  vi.stubEnv("NOVA_API_ORIGIN", "http://127.0.0.1:9");
  const response = await ask("/api/v1/items", { "x-request-id": "r-2" });
  expect(response.status).toBe(502);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ status: 502, instance: "/api/v1/items", request_id: "r-2" });
  expect(log).toHaveBeenCalledOnce();
});
