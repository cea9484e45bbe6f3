/**
 * Adds to package-lock.json the optional packages of platforms that the registry in use does not carry.
 *
 * npm leaves such packages out of the lock, and `npm ci` of npm 11 then refuses the lock as incomplete
 * (npm/cli#4828). Their exact versions stand in the `optionalDependencies` of their parents, so an entry
 * without integrity is enough: npm resolves it on the platform that needs it.
 */
import { readFile, writeFile } from "node:fs/promises";

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "wasm32", "x64"];
const EXACT_VERSION = /^\d/;

/** The lock entry of one optional package; system and processor are read from its name. */
function lockEntry(name, version, parent) {
  const words = name.split(/[-/]/);
  const system = SYSTEMS.find((word) => words.includes(word));
  const processor = PROCESSORS.find((word) => words.includes(word));
  return {
    version,
    ...(processor && { cpu: [processor] }),
    ...(parent.dev && { dev: true }),
    optional: true,
    ...(system && { os: [system] }),
  };
}

/** Every optional dependency that some package names with an exact version and the lock does not hold. */
function missingEntries(packages) {
  const present = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, "")));
  const missing = {};
  for (const parent of Object.values(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (present.has(name) || !EXACT_VERSION.test(version)) continue;
      missing[`node_modules/${name}`] ??= lockEntry(name, version, parent);
    }
  }
  return missing;
}

const file = process.argv[2] ?? "package-lock.json";
const lock = JSON.parse(await readFile(file, "utf8"));
const missing = missingEntries(lock.packages);
lock.packages = Object.fromEntries(
  Object.entries({ ...lock.packages, ...missing }).sort(([left], [right]) => (left < right ? -1 : 1)),
);
await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${Object.keys(missing).length} optional packages added to ${file}`);
