import "server-only";
import { cookies } from "next/headers";
import { cache } from "react";
import { dictionaries } from "@/lib/i18n/dictionaries";
import { createI18n, type I18n } from "@/lib/i18n/i18n";
import { DEFAULT_LOCALE, isLocale } from "@/lib/i18n/locale";
import { isTheme, PREFERENCE_COOKIES, type Preferences } from "@/lib/preferences";

export async function readPreferences(): Promise<Preferences> {
  const jar = await cookies();
  const locale = jar.get(PREFERENCE_COOKIES.locale)?.value;
  const theme = jar.get(PREFERENCE_COOKIES.theme)?.value;
  return { locale: isLocale(locale) ? locale : DEFAULT_LOCALE, theme: isTheme(theme) ? theme : "system" };
}

/** The reader's language, for what the server renders itself (titles, not-found pages). */
export const readI18n = cache(async (): Promise<I18n> => {
  const { locale } = await readPreferences();
  return createI18n(locale, dictionaries[locale]);
});
