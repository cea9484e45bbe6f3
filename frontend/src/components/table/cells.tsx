"use client";

import { NO_VALUE } from "@/lib/i18n/format";
import { useI18n } from "@/lib/i18n/provider";

/** A quantity whose unit stands back, so that numbers of one column line up. */
export function QuantityCell({ value, unit }: { value: number | null; unit: string }) {
  const { format } = useI18n();
  return (
    <span className="whitespace-nowrap">
      {format.number(value)}
      {value !== null && <span className="ml-1 inline-block min-w-7 text-left text-muted text-xs">{unit}</span>}
    </span>
  );
}

/** In the place of a figure that cannot be known: the reason in words, never a zero. */
export function AbsentValue({ reason }: { reason: string | null }) {
  const { t, label } = useI18n();
  return <span className="text-muted">{reason === null ? t("state.noValue") : label("reason", reason)}</span>;
}

/** The demand class by name; nothing yet for a history too short to tell. */
export function DemandClassBadge({ code }: { code: string | null }) {
  const { label } = useI18n();
  if (code === null) return <span className="text-muted">{NO_VALUE}</span>;
  return <span className="badge">{label("demand_class", code)}</span>;
}
