import type { IncomingMessage } from "node:http";
import { NextRequest } from "next/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { standInForApi } from "@/lib/server/stand-in";
import { POST as end } from "./end/route";
import { POST as renew } from "./renew/route";
import { POST as signIn } from "./route";

const SOON = new Date(Date.now() + 900_000).toISOString();
const GRANT = { token: "t-1", expires_at: SOON, refresh_token: "r-1", refresh_expires_at: SOON };

let received: IncomingMessage[];
let answer: { status: number; headers?: Record<string, string>; body?: unknown };
let stopApi: () => Promise<void>;

beforeEach(async () => {
  received = [];
  stopApi = await standInForApi((request, response) => {
    received.push(request);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  });
});

afterEach(() => stopApi());

const OWN = { "sec-fetch-site": "same-origin", "x-forwarded-for": "192.0.2.7" };

const request = (path: string, headers: Record<string, string> = {}, form: Record<string, string> = {}) =>
  new NextRequest(`http://nova.test${path}`, {
    method: "POST",
    headers: { ...OWN, ...headers },
    body: new URLSearchParams(form),
  });

const form = { login: "ana", password: "secret of ana", next: "/materials?abc=A" };

test("a form without a script is led to the page that was asked for, with a session that scripts cannot read", async () => {
  answer = { status: 200, body: GRANT };
  const response = await signIn(request("/session", {}, form));
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe("/materials?abc=A");
  const [token, renewal] = response.headers.getSetCookie();
  expect(token).toMatch(/^nova_session=t-1; Path=\/; .*Max-Age=8[89]\d; HttpOnly; SameSite=lax$/);
  expect(renewal).toContain("nova_renewal=r-1; Path=/;");
  expect(received[0]?.headers["x-forwarded-for"]).toBe("192.0.2.7");
});

test("by TLS the cookies are secure and this host's own", async () => {
  answer = { status: 200, body: GRANT };
  const response = await signIn(request("/session", { "x-forwarded-proto": "https" }, form));
  const cookies = response.headers.getSetCookie();
  expect(cookies).toHaveLength(2);
  for (const cookie of cookies) expect(cookie).toMatch(/^__Host-nova_\w+=.*Path=\/.*Secure; HttpOnly/);
});

test("a script is told where to go on, and no token", async () => {
  answer = { status: 200, body: GRANT };
  const response = await signIn(request("/session", { accept: "application/json" }, { ...form, next: "//evil.test" }));
  expect(await response.json()).toEqual({ next: "/dashboard" });
});

test.each([
  [{ status: 401 }, 401, { notice: "wrong", seconds: null }],
  [{ status: 400 }, 401, { notice: "wrong", seconds: null }],
  [{ status: 429, headers: { "retry-after": "12" } }, 429, { notice: "throttled", seconds: 12 }],
  [{ status: 503 }, 503, { notice: "unavailable", seconds: null }],
])("the API's %j is told to a script and to a form alike, without a cookie", async (given, status, refusal) => {
  answer = given;
  const told = await signIn(request("/session", { accept: "application/json" }, form));
  expect([told.status, await told.json()]).toEqual([status, refusal]);
  const led = await signIn(request("/session", {}, form));
  const query = new URL(led.headers.get("location") ?? "", "http://nova.test").searchParams;
  expect(query.get("notice")).toBe(refusal.notice);
  expect(query.get("next")).toBe("/materials?abc=A");
  expect(query.get("seconds")).toBe(refusal.seconds === null ? null : String(refusal.seconds));
  for (const response of [told, led]) expect(response.headers.getSetCookie()).toEqual([]);
});

test.each([
  ["signing in", signIn, "/session"],
  ["renewing", renew, "/session/renew"],
  ["signing out", end, "/session/end"],
])("%s from another site is refused before the API is asked", async (_, handler, path) => {
  const foreign = { "sec-fetch-site": "cross-site", cookie: "nova_session=t-1; nova_renewal=r-1" };
  const response = await handler(request(path, foreign, form));
  expect(response.status).toBe(403);
  expect(response.headers.getSetCookie()).toEqual([]);
  expect(received).toEqual([]);
});

test("signing out makes the token void and the browser forget it", async () => {
  answer = { status: 204 };
  const response = await end(request("/session/end", { cookie: "nova_session=t-1" }));
  expect(received.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ["/api/v1/auth/logout", "Bearer t-1"],
  ]);
  expect(response.headers.get("location")).toBe("/login?notice=signed_out");
  for (const cookie of response.headers.getSetCookie()) expect(cookie).toContain("Max-Age=0");
  expect(response.headers.getSetCookie()).toHaveLength(2);
});

test("a token that could not be made void is told of, and forgotten all the same", async () => {
  answer = { status: 503 };
  const response = await end(request("/session/end", { cookie: "nova_session=t-1" }));
  expect(response.headers.get("location")).toBe("/login?notice=not_revoked");
  expect(response.headers.getSetCookie()).toHaveLength(2);
});

test("a session whose token has ended is renewed to be signed out", async () => {
  answer = { status: 200, body: GRANT };
  await end(request("/session/end", { cookie: "nova_renewal=r-0" }));
  expect(received.map(({ url }) => url)).toEqual(["/api/v1/auth/refresh", "/api/v1/auth/logout"]);
  expect(received[1]?.headers.authorization).toBe("Bearer t-1");
});

test("a session is renewed when its token has ended, and only then", async () => {
  answer = { status: 200, body: GRANT };
  const both = await renew(request("/session/renew", { cookie: "nova_session=t-0; nova_renewal=r-0" }));
  expect([both.status, received.length]).toEqual([204, 0]);
  const renewed = await renew(request("/session/renew", { cookie: "nova_renewal=r-0" }));
  expect(renewed.status).toBe(204);
  expect(renewed.headers.getSetCookie()[0]).toContain("nova_session=t-1");
});

test("a session that is over is forgotten; one that nobody could ask about is kept", async () => {
  answer = { status: 401 };
  const over = await renew(request("/session/renew", { cookie: "nova_renewal=r-0" }));
  expect([over.status, over.headers.getSetCookie().length]).toEqual([401, 2]);
  answer = { status: 503 };
  const unknown = await renew(request("/session/renew", { cookie: "nova_renewal=r-0" }));
  expect([unknown.status, unknown.headers.getSetCookie()]).toEqual([503, []]);
  expect((await renew(request("/session/renew"))).status).toBe(401);
});
