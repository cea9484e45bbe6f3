import type pt from "@/messages/pt-BR.json";
import { createFormatter, type Formatter } from "./format";
import type { Locale } from "./locale";

export type MessageKey = keyof typeof pt;

/** What one language says for every key. */
export type Messages = Readonly<Record<MessageKey, string>>;

/** Keys that come in the plural forms `<key>.one` and `<key>.other`. */
export type PluralKey = MessageKey extends infer Key ? (Key extends `${infer Base}.other` ? Base : never) : never;

/** Kinds of codes that the API sends and only the page puts into words. */
export type CodeKind = "abc_basis" | "dataset" | "demand_class" | "kpi" | "model" | "reason" | "role" | "unit";

type Values = Readonly<Record<string, string | number>>;

export interface I18n {
  readonly locale: Locale;
  readonly format: Formatter;
  /** The message of `key` with its `{placeholders}` filled. */
  t(key: MessageKey, values?: Values): string;
  /** The plural form of `key` that fits `count`; `{count}` is filled with the formatted number. */
  plural(key: PluralKey, count: number): string;
  /** The words for a code, or the code itself when the dictionary does not know it yet. */
  label(kind: CodeKind, code: string): string;
}

function fill(message: string, values: Values): string {
  return message.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder));
}

export function createI18n(locale: Locale, messages: Messages): I18n {
  const known: Readonly<Record<string, string>> = messages;
  const rules = new Intl.PluralRules(locale);
  const format = createFormatter(locale);
  const t = (key: MessageKey, values: Values = {}) => fill(messages[key], values);
  return {
    locale,
    format,
    t,
    plural: (key, count) => {
      const form = rules.select(count) === "one" ? "one" : "other";
      return t(`${key}.${form}`, { count: format.count(count) });
    },
    label: (kind, code) => known[`${kind}.${code}`] ?? code,
  };
}
