import { describe, expect, test } from "vitest";
import { HOME, loginPath, returnPath } from "./paths";

describe("the place to come back to", () => {
  test.each(["/materials?q=cabo%20a%C3%A7o&abc=A", "/materials/A%2F1", "/data"])("is %s as it was", (path) => {
    expect(returnPath(path)).toBe(path);
  });

  test.each([
    "https://evil.test/",
    "//evil.test",
    "/\\evil.test",
    "/\t/evil.test",
    "/.//evil.test",
    "/a/..//evil.test",
    "javascript:alert(1)",
    "evil.test",
    "",
    null,
    ["/data"],
  ])("is the first page instead of %j, which leads elsewhere", (path) => {
    expect(returnPath(path)).toBe(HOME);
  });

  test.each(["/login", "/login?next=/data", "/session/end", "/api/v1/items"])("is no page behind %s", (path) => {
    expect(returnPath(path)).toBe(HOME);
  });
});

test("the sign-in page is told where from, why and when to try again", () => {
  expect(loginPath("/materials?abc=A", "throttled", 12)).toBe(
    "/login?next=%2Fmaterials%3Fabc%3DA&notice=throttled&seconds=12",
  );
  expect(loginPath(HOME)).toBe("/login");
});
