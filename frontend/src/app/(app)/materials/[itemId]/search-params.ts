import { createLoader, createParser } from "nuqs/server";

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

const parseAsIsoDate = createParser({
  parse: (text) => (ISO_DATE.test(text) && !Number.isNaN(Date.parse(text)) ? text : null),
  serialize: (date: string) => date,
});

/** Which issue of the forecast is shown; none is the newest. */
export const itemParams = { origin: parseAsIsoDate };

export const loadItemParams = createLoader(itemParams);
