"use client";

import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { AXIS, CONTAINER, GRID, MARGIN } from "@/components/chart/chart-parts";
import { TooltipBox } from "@/components/chart/tooltip-box";
import { useI18n } from "@/lib/i18n/provider";
import type { Centre, FanWeek } from "./fan-series";
import { useWeekLines } from "./use-week-lines";

/** Nothing moves: a planner compares, and tests measure. */
const STILL = { isAnimationActive: false } as const;
const BAND = { ...STILL, stroke: "none", activeDot: false, connectNulls: false } as const;

interface FanTooltipProps {
  active?: boolean;
  payload?: readonly { payload?: FanWeek }[];
  unit: string;
}

function FanTooltip({ active, payload, unit }: FanTooltipProps) {
  const { t, format } = useI18n();
  const linesOf = useWeekLines(unit);
  const week = payload?.[0]?.payload;
  if (!active || !week) return null;
  const title = `${t("item.forecast.week")} ${format.date(week.date)}`;
  return <TooltipBox title={title} lines={linesOf(week).filter(({ known }) => known)} />;
}

interface FanChartProps {
  weeks: FanWeek[];
  unit: string;
  /** Which centre the line draws. */
  centre: Centre;
  /** First forecast week, where the mark stands; null without a forecast. */
  start: string | null;
  description: string;
}

/** What happened as bars, the forecast as a line inside its two bands. */
export function FanChart({ weeks, unit, centre, start, description }: FanChartProps) {
  const { t, format } = useI18n();
  const mark = {
    value: t("item.forecast.originMark"),
    position: "top",
    fill: "var(--muted)",
    fontSize: 12,
  } as const;
  return (
    <ResponsiveContainer {...CONTAINER}>
      <ComposedChart data={weeks} margin={MARGIN} title={description}>
        <CartesianGrid {...GRID} />
        <XAxis {...AXIS} dataKey="date" tickFormatter={format.date} minTickGap={40} />
        <YAxis {...AXIS} width={56} tickFormatter={format.number} axisLine={false} />
        <Tooltip content={<FanTooltip unit={unit} />} cursor={{ fill: "var(--surface-2)" }} />
        <Area {...BAND} dataKey="band90" fill="var(--band-90)" />
        <Area {...BAND} dataKey="band80" fill="var(--band-80)" />
        <Bar {...STILL} dataKey="actual" fill="var(--actual)" radius={[1, 1, 0, 0]} maxBarSize={14} />
        <Line {...STILL} dataKey={centre} stroke="var(--forecast)" strokeWidth={2.25} dot={false} />
        {start !== null && <ReferenceLine x={start} stroke="var(--line-strong)" strokeDasharray="4 3" label={mark} />}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
