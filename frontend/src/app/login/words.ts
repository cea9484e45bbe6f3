import type { Locale } from "@/lib/i18n/locale";
import en from "./words.en.json";
import pt from "./words.pt-BR.json";

export type LoginWords = typeof pt;

/** Words of the sign-in page alone. The server gives them to it, so that no other page loads them. */
export const loginWords: Record<Locale, LoginWords> = { "pt-BR": pt, en };
