import type { Locale } from "@/lib/i18n/locale";
import en from "./kpi-help.en.json";
import pt from "./kpi-help.pt-BR.json";

/** How an indicator is reckoned, in a line. Apart from the dictionaries, which every page loads: only the cards say it. */
const HELP: Record<Locale, Record<keyof typeof pt, string>> = { "pt-BR": pt, en };

/** The line of an indicator; none of one that this page does not know yet. */
export function kpiHelp(locale: Locale, kpi: string): string | undefined {
  const lines: Record<string, string> = HELP[locale];
  return lines[kpi];
}
