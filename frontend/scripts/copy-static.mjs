/** Puts the built static files beside the standalone server, which serves them but is built without them. */
import { cp } from "node:fs/promises";
import { join } from "node:path";

const build = join(import.meta.dirname, "..", ".next");

await cp(join(build, "static"), join(build, "standalone", ".next", "static"), { recursive: true });
