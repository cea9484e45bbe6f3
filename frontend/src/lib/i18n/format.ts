import type { Locale } from "./locale";

type Missing = null | undefined;

/** Shown where there is no value and no reason to give. */
export const NO_VALUE = "—";

/** The depots' clock: instants are told in it wherever the reader sits. */
const TIME_ZONE = "America/Bahia";

const AGE_STEPS = [
  { unit: "day", seconds: 86_400 },
  { unit: "hour", seconds: 3_600 },
  { unit: "minute", seconds: 60 },
] as const;

export interface Formatter {
  /** With more decimals the smaller it is: 1.234 · 56,7 · 0,08. */
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
  weeks(value: number | Missing): string;
  /** A calendar day (ISO date), short. */
  date(value: string | Missing): string;
  /** Day and month only, for axes. */
  dayMonth(value: string): string;
  /** An instant (ISO), in the depots' time zone. */
  dateTime(value: string | Missing): string;
  /** How long ago, from an age in seconds. */
  age(seconds: number | Missing): string;
}

/** A day that nobody can take for a month: in English the month is a word. */
const DATE_STYLES = {
  "pt-BR": { locale: "pt-BR", month: "2-digit" },
  en: { locale: "en-GB", month: "short" },
} as const;

const midnight = (date: string) => new Date(`${date}T00:00:00Z`);

/** Leaves what is missing to `NO_VALUE`. */
function known<Value>(show: (value: Value) => string): (value: Value | Missing) => string {
  return (value) => (value === null || value === undefined ? NO_VALUE : show(value));
}

function numberFormats(locale: Locale) {
  // "negative" shows the sign of a negative number, but not of a zero that was rounded from one.
  const of = (options: Intl.NumberFormatOptions) => {
    const { format } = new Intl.NumberFormat(locale, { signDisplay: "negative", ...options });
    return (value: number) => format(value);
  };
  return {
    whole: of({ maximumFractionDigits: 0 }),
    tenths: of({ maximumFractionDigits: 1 }),
    hundredths: of({ maximumFractionDigits: 2 }),
    percent: of({ style: "percent", maximumFractionDigits: 1 }),
    signedPercent: of({ style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" }),
    money: of({ style: "currency", currency: "BRL" }),
    days: of({ style: "unit", unit: "day", unitDisplay: "long", maximumFractionDigits: 1 }),
    weeks: of({ style: "unit", unit: "week", unitDisplay: "long", maximumFractionDigits: 1 }),
  };
}

function dateFormats(language: Locale) {
  const { locale, month } = DATE_STYLES[language];
  const calendar = { timeZone: "UTC", day: "2-digit", month } as const;
  const instant = { ...calendar, timeZone: TIME_ZONE, year: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  return {
    date: new Intl.DateTimeFormat(locale, { ...calendar, year: "2-digit" }),
    dayMonth: new Intl.DateTimeFormat(locale, calendar),
    dateTime: new Intl.DateTimeFormat(locale, instant),
  };
}

export function createFormatter(locale: Locale): Formatter {
  const numbers = numberFormats(locale);
  const dates = dateFormats(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "always", style: "short" });

  const number = (value: number) => {
    const size = Math.abs(value);
    if (size >= 100) return numbers.whole(value);
    return size >= 1 ? numbers.tenths(value) : numbers.hundredths(value);
  };
  const age = (seconds: number) => {
    const step = AGE_STEPS.find((candidate) => seconds >= candidate.seconds) ?? AGE_STEPS[2];
    return relative.format(-Math.floor(seconds / step.seconds), step.unit);
  };

  return {
    number: known(number),
    count: known(numbers.whole),
    quantity: (value, unit) => known((quantity: number) => `${number(quantity)} ${unit}`)(value),
    percent: known(numbers.percent),
    signedPercent: known(numbers.signedPercent),
    money: known(numbers.money),
    days: known(numbers.days),
    weeks: known(numbers.weeks),
    date: known((value: string) => dates.date.format(midnight(value))),
    dayMonth: (value) => dates.dayMonth.format(midnight(value)),
    dateTime: known((value: string) => dates.dateTime.format(new Date(value))),
    age: known(age),
  };
}
