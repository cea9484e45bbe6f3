"use client";

import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { AXIS, CONTAINER, GRID, MARGIN } from "@/components/chart/chart-parts";
import { TooltipBox } from "@/components/chart/tooltip-box";
import { useI18n } from "@/lib/i18n/provider";
import type { DemandBucket } from "./demand-series";

interface DemandTooltipProps {
  active?: boolean;
  payload?: readonly { payload?: DemandBucket }[];
  unit: string;
}

function DemandTooltip({ active, payload, unit }: DemandTooltipProps) {
  const { t, format } = useI18n();
  const bucket = payload?.[0]?.payload;
  if (!active || !bucket) return null;
  const lines = [
    { label: t("demand.quantity"), value: format.quantity(bucket.demand, unit) },
    { label: t("demand.lines"), value: format.count(bucket.lines) },
  ];
  return <TooltipBox title={format.date(bucket.date)} lines={lines} />;
}

export function DemandChart({ buckets, unit, title }: { buckets: DemandBucket[]; unit: string; title: string }) {
  const { format } = useI18n();
  const bars = buckets.map((bucket) => ({
    ...bucket,
    fill: bucket.complete ? "var(--actual)" : "var(--actual-partial)",
  }));
  return (
    <ResponsiveContainer {...CONTAINER}>
      <BarChart data={bars} margin={MARGIN} title={title}>
        <CartesianGrid {...GRID} />
        <XAxis {...AXIS} dataKey="date" tickFormatter={format.dayMonth} minTickGap={32} />
        <YAxis {...AXIS} width={56} tickFormatter={format.number} axisLine={false} />
        <Tooltip content={<DemandTooltip unit={unit} />} cursor={{ fill: "var(--surface-2)" }} />
        <Bar dataKey="demand" isAnimationActive={false} radius={[2, 2, 0, 0]} maxBarSize={28} />
      </BarChart>
    </ResponsiveContainer>
  );
}
