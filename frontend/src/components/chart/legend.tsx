export interface LegendEntry {
  readonly label: string;
  readonly mark: "area" | "bar" | "line";
  /** A CSS colour. */
  readonly color: string;
}

/** The drawing of one series as it looks in the chart. */
export function LegendKey({ mark, color }: Pick<LegendEntry, "mark" | "color">) {
  return (
    <svg width="20" height="12" aria-hidden="true">
      {mark === "line" && <line x1="0" x2="20" y1="6" y2="6" stroke={color} strokeWidth="2" />}
      {mark === "area" && <rect y="1" width="20" height="10" fill={color} />}
      {mark === "bar" && <rect x="6" width="8" height="12" rx="1" fill={color} />}
    </svg>
  );
}
