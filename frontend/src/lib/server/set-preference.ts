"use server";

import { cookies } from "next/headers";
import { isPreference, PREFERENCE_COOKIES, type Preference } from "@/lib/preferences";

const ONE_YEAR_SECONDS = 31_536_000;

/** Keeps one choice of the reader; values it does not know are ignored. */
export async function setPreference(name: Preference, value: string): Promise<void> {
  if (!isPreference(name, value)) return;
  const jar = await cookies();
  jar.set(PREFERENCE_COOKIES[name], value, {
    httpOnly: true,
    maxAge: ONE_YEAR_SECONDS,
    path: "/",
    sameSite: "lax",
  });
}
