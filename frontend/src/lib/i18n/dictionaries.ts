import en from "@/messages/en.json";
import pt from "@/messages/pt-BR.json";
import type { Messages } from "./i18n";
import type { Locale } from "./locale";

/** All languages. The server gives a page the one of its reader; a page that imported this would load them all. */
export const dictionaries: Record<Locale, Messages> = { "pt-BR": pt, en };
