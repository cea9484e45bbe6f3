import type { IncomingMessage, ServerResponse } from "node:http";
import { NextRequest } from "next/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { forward } from "./forward";
import { standInForApi } from "./stand-in";

const ETAG = '"7"';

let received: IncomingMessage[];
let stopApi: () => Promise<void>;

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
  stopApi = await standInForApi(answer);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await stopApi();
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
    "x-forwarded-host": "elsewhere.test",
  });
  for (const name of ["authorization", "cookie", "x-forwarded-host"])
    expect(received[0]?.headers[name]).toBeUndefined();
  for (const name of ["link", "server", "set-cookie"]) expect(response.headers.get(name)).toBeNull();
});

test("the API is asked with the session's token, never with one that a script gives, and told for whom", async () => {
  const asking = { authorization: "Bearer x", cookie: "nova_session=of-ana", "x-forwarded-for": "1.2.3.4" };
  await ask("/api/v1/items", asking);
  expect(received[0]?.headers.authorization).toBe("Bearer of-ana");
  expect(received[0]?.headers["x-forwarded-for"]).toBe("1.2.3.4");
});

test("by TLS only a session that this very host has set counts", async () => {
  const tls = { "x-forwarded-proto": "https" };
  await ask("/api/v1/items", { ...tls, cookie: "nova_session=planted" });
  await ask("/api/v1/items", { ...tls, cookie: "__Host-nova_session=of-ana" });
  expect(received.map(({ headers }) => headers.authorization)).toEqual([undefined, "Bearer of-ana"]);
});

const write = (path: string, headers: Record<string, string>, body = "{}") =>
  forward(
    new NextRequest(`http://nova.test${path}`, { method: "POST", headers: { host: "nova.test", ...headers }, body }),
  );

test("a write of this site reaches the API with what makes it safe to repeat", async () => {
  const safe = { "idempotency-key": "k-1", "if-match": ETAG };
  expect((await write("/api/v1/items/9/overrides", { "sec-fetch-site": "same-origin", ...safe })).status).toBe(200);
  expect(received[0]?.headers).toMatchObject(safe);
});

test.each([
  ["another site", { "sec-fetch-site": "cross-site", origin: "http://nova.test" }],
  ["another host of the same domain", { "sec-fetch-site": "same-site" }],
  ["another origin, told by an old browser", { origin: "http://evil.test" }],
  ["a document without origin", { origin: "null" }],
  ["nobody knows where", {}],
])("a write from %s never reaches the API", async (_, headers) => {
  expect((await write("/api/v1/items/9/overrides", headers)).status).toBe(403);
  expect(received).toEqual([]);
});

test.each(["/api/v1/auth/login", "/api/v1/auth%2Flogin", "/api/v1//auth/refresh", "/api/v1/%"])(
  "no script gets a token by %s",
  async (path) => {
    expect((await write(path, { "sec-fetch-site": "same-origin" })).status).toBe(403);
    expect(received).toEqual([]);
  },
);

test("a body beyond the limit is refused before it is passed on", async () => {
  const long = "x".repeat(1024 * 1024 + 1);
  expect((await write("/api/v1/items/9/overrides", { "sec-fetch-site": "same-origin" }, long)).status).toBe(413);
  expect(received).toEqual([]);
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
