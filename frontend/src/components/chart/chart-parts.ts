/** What every chart shares: Recharts takes these as properties, not as styles. */
export const AXIS = {
  stroke: "var(--line-strong)",
  tick: { fill: "var(--muted)", fontSize: 12 },
  tickLine: false,
} as const;

export const GRID = { stroke: "var(--line)", vertical: false } as const;

export const MARGIN = { top: 18, right: 8, bottom: 0, left: 0 } as const;

/** A size for the first render, before the browser has measured the box. */
export const CONTAINER = { width: "100%", height: "100%", initialDimension: { width: 640, height: 320 } } as const;
