import type { Locale } from "./locale";

type Missing = null | undefined;

/** Shown where there is no value and no reason to give. */
export const NO_VALUE = "—";

/** The depots' clock: instants are told in it wherever the reader sits. */
const TIME_ZONE = "America/Bahia";

/** Short in each language, and never a day that could be read as a month. */
const DATE_STYLES = {
  "pt-BR": { locale: "pt-BR", month: "2-digit" },
  en: { locale: "en-GB", month: "short" },
} as const satisfies Record<Locale, { locale: string; month: "2-digit" | "short" }>;

const AGE_STEPS = [
  { unit: "day", seconds: 86_400 },
  { unit: "hour", seconds: 3_600 },
  { unit: "minute", seconds: 60 },
] as const;

export interface Formatter {
  /** At most three leading digits' worth of detail: 1.234 · 56,7 · 0,08. */
  number(value: number | Missing): string;
  /** Whole numbers: rows, lines, versions. */
  count(value: number | Missing): string;
  /** A quantity with its unit of measure. */
  quantity(value: number | Missing, unit: string): string;
  /** A share (0–1) as a percentage. */
  percent(value: number | Missing): string;
  /** The same with its sign always shown. */
  signedPercent(value: number | Missing): string;
  money(value: number | Missing): string;
  days(value: number | Missing): string;
  /** A calendar day (ISO date), numeric and short. */
  date(value: string | Missing): string;
  /** Day and month only, for axes. */
  dayMonth(value: string): string;
  /** An instant (ISO), in the depots' time zone. */
  dateTime(value: string | Missing): string;
  /** How long ago, from an age in seconds. */
  age(seconds: number | Missing): string;
}

const midnight = (date: string) => new Date(`${date}T00:00:00Z`);

/** Rounds to what `number` shows, and turns the minus zero of a rounded residue into zero. */
function decimals(value: number): number {
  const size = Math.abs(value);
  if (size >= 100) return 0;
  return size >= 1 ? 1 : 2;
}

export function createFormatter(locale: Locale): Formatter {
  const numbers = [0, 1, 2].map(
    (digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits, signDisplay: "negative" }),
  );
  const unitless = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  const percent = unitless({ style: "percent", maximumFractionDigits: 1, signDisplay: "negative" });
  const signedPercent = unitless({ style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
  const money = unitless({ style: "currency", currency: "BRL" });
  const day = unitless({ style: "unit", unit: "day", unitDisplay: "long", maximumFractionDigits: 1 });
  const utc = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  const date = utc({ day: "2-digit", month: "2-digit", year: "2-digit" });
  const dayMonth = utc({ day: "2-digit", month: "2-digit" });
  const dateTime = new Intl.DateTimeFormat(locale, {
    timeZone: TIME_ZONE,
    dateStyle: "short",
    timeStyle: "short",
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "always", style: "short" });

  const orNothing =
    <Value>(show: (value: Value) => string) =>
    (value: Value | Missing) =>
      value === null || value === undefined ? NO_VALUE : show(value);

  const number = (value: number) => (numbers[decimals(value)] ?? percent).format(value);

  return {
    number: orNothing(number),
    count: orNothing((value: number) => unitless({ maximumFractionDigits: 0 }).format(value)),
    quantity: (value, unit) => orNothing((known: number) => `${number(known)} ${unit}`)(value),
    percent: orNothing((value: number) => percent.format(value)),
    signedPercent: orNothing((value: number) => signedPercent.format(value)),
    money: orNothing((value: number) => money.format(value)),
    days: orNothing((value: number) => day.format(value)),
    date: orNothing((value: string) => date.format(midnight(value))),
    dayMonth: (value) => dayMonth.format(midnight(value)),
    dateTime: orNothing((value: string) => dateTime.format(new Date(value))),
    age: orNothing((seconds: number) => {
      const step = AGE_STEPS.find((candidate) => seconds >= candidate.seconds) ?? AGE_STEPS[2];
      return relative.format(-Math.floor(seconds / step.seconds), step.unit);
    }),
  };
}
