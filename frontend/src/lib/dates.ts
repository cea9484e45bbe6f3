/** Calendar days as ISO texts (YYYY-MM-DD), free of time zones; they sort as texts. */

const DAY_MS = 86_400_000;

const toDays = (date: string) => Date.parse(`${date}T00:00:00Z`) / DAY_MS;

const fromDays = (days: number) => new Date(days * DAY_MS).toISOString().slice(0, 10);

export function addDays(date: string, days: number): string {
  return fromDays(toDays(date) + days);
}

export function daysBetween(from: string, to: string): number {
  return toDays(to) - toDays(from);
}

/** The Monday of the week that holds `date`. */
export function mondayOf(date: string): string {
  const sinceSunday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return addDays(date, -((sinceSunday + 6) % 7));
}
