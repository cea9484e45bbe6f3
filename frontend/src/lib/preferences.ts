import { isLocale, type Locale } from "./i18n/locale";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export interface Preferences {
  readonly locale: Locale;
  readonly theme: Theme;
}

/** What a reader may choose, kept in one cookie each: the server renders them, so nothing flashes. */
export type Preference = keyof Preferences;

export const PREFERENCE_COOKIES: Record<Preference, string> = { locale: "nova_locale", theme: "nova_theme" };

export function isTheme(value: unknown): value is Theme {
  return THEMES.some((theme) => theme === value);
}

export function isPreference(name: Preference, value: unknown): boolean {
  return name === "locale" ? isLocale(value) : isTheme(value);
}
