import type { NextConfig } from "next";

const staticHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
];

/** Pages get their security headers in `src/proxy.ts`; these are for what the proxy does not see. */
const config: NextConfig = {
  output: "standalone",
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  // Without a root of its own the standalone output nests under the folder of the nearest outer lockfile.
  outputFileTracingRoot: import.meta.dirname,
  outputFileTracingExcludes: {
    "*": ["node_modules/sharp/**", "node_modules/@img/**", "node_modules/semver/**", "node_modules/detect-libc/**"],
  },
  redirects: async () => [{ source: "/", destination: "/dashboard", permanent: false }],
  headers: async () => [{ source: "/:path(_next/static|api|session|healthz)/:rest*", headers: staticHeaders }],
};

export default config;
