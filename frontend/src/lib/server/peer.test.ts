import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tellPeers } from "./peer";

let server: Server;

beforeAll(async () => {
  tellPeers();
  server = createServer((request, response) => response.end(request.headers["x-forwarded-for"]));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("who is connected stands after whatever the request claims", async () => {
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await (await fetch(address)).text()).toBe("127.0.0.1");
  const claimed = await fetch(address, { headers: { "x-forwarded-for": "192.0.2.7" } });
  expect(await claimed.text()).toBe("192.0.2.7, 127.0.0.1");
});
