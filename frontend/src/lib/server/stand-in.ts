import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { vi } from "vitest";

/** For tests: a server in the API's place, where this server looks for it. What it gives back ends it. */
export async function standInForApi(answer: RequestListener): Promise<() => Promise<void>> {
  const api = createServer(answer);
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("NOVA_API_ORIGIN", `http://127.0.0.1:${(api.address() as AddressInfo).port}`);
  return async () => {
    vi.unstubAllEnvs();
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
  };
}
