import { parseAsString, parseAsStringLiteral } from "nuqs/server";

export const GRAINS = ["week", "day"] as const;
export type Grain = (typeof GRAINS)[number];

/** Which demand the chart shows; a family is always shown in one unit. */
export const demandParams = {
  family: parseAsString,
  unit: parseAsString,
  grain: parseAsStringLiteral(GRAINS).withDefault("week"),
};
