"use client";

import { useQueryStates } from "nuqs";
import { useMemo } from "react";
import { ChartFigure } from "@/components/chart/chart-figure";
import type { LegendEntry } from "@/components/chart/legend";
import { ResourceView, Skeleton } from "@/components/states";
import { useForecast, useWeeklyDemand } from "@/lib/api/hooks";
import type { DemandPoint, Forecast, ForecastPoint, ItemDetail } from "@/lib/api/requests";
import type { I18n } from "@/lib/i18n/i18n";
import { useI18n } from "@/lib/i18n/provider";
import { FanChart } from "./fan-chart";
import { type Centre, centreOf, fanSeries } from "./fan-series";
import { ForecastTable } from "./forecast-table";
import { itemParams } from "./search-params";

/** The first week in words; later weeks are not added to it, their bounds do not add up. */
function summaryOf(point: ForecastPoint | undefined, centre: Centre, unit: string, { t, format }: I18n): string {
  if (!point) return t("item.forecast.none");
  const week = t("item.forecast.summary", {
    date: format.date(point.forecast_date),
    mean: format.quantity(point.forecast_value, unit),
    low: format.number(point.q05),
    high: format.quantity(point.q95, unit),
  });
  return centre === "median" ? week : `${week} ${t("item.forecast.zeroMedian")}`;
}

function legendOf(centre: Centre, { t }: I18n): LegendEntry[] {
  return [
    { label: t("item.forecast.actual"), mark: "bar", color: "var(--actual)" },
    { label: t(`item.forecast.${centre}`), mark: "line", color: "var(--forecast)" },
    { label: t("item.forecast.band80"), mark: "area", color: "var(--band-80)" },
    { label: t("item.forecast.band90"), mark: "area", color: "var(--band-90)" },
  ];
}

interface OriginSelectProps {
  forecast: Forecast;
  onChange: (origin: string | null) => void;
}

/** Earlier forecasts as they were issued, against what happened since. */
function OriginSelect({ forecast, onChange }: OriginSelectProps) {
  const { t, format } = useI18n();
  const newest = forecast.origins[0];
  return (
    <select
      aria-label={t("item.forecast.origin")}
      className="control"
      value={forecast.origin ?? ""}
      onChange={({ target }) => onChange(target.value === newest ? null : target.value)}
    >
      {forecast.origins.map((origin) => (
        <option key={origin} value={origin}>
          {origin === newest ? t("item.forecast.newest", { date: format.date(origin) }) : format.date(origin)}
        </option>
      ))}
    </select>
  );
}

interface ForecastFigureProps {
  item: ItemDetail;
  history: readonly DemandPoint[];
  /** Without points when the item has no forecast. */
  forecast: Forecast;
}

function ForecastFigure({ item, history, forecast }: ForecastFigureProps) {
  const i18n = useI18n();
  const [, setParams] = useQueryStates(itemParams);
  const weeks = useMemo(() => fanSeries(history, forecast.data), [history, forecast]);
  const first = forecast.data[0];
  const centre = centreOf(forecast.data);
  const summary = summaryOf(first, centre, item.unit, i18n);
  return (
    <ChartFigure
      title={i18n.t("item.forecast.title")}
      summary={summary}
      legend={legendOf(centre, i18n)}
      controls={
        forecast.origins.length > 1 && (
          <OriginSelect forecast={forecast} onChange={(origin) => void setParams({ origin })} />
        )
      }
      chart={
        <FanChart
          weeks={weeks}
          unit={item.unit}
          centre={centre}
          start={first?.forecast_date ?? null}
          description={summary}
        />
      }
      table={<ForecastTable weeks={weeks} unit={item.unit} />}
    />
  );
}

export function ForecastPanel({ item }: { item: ItemDetail }) {
  const [{ origin }] = useQueryStates(itemParams);
  const history = useWeeklyDemand(item.item_id);
  const forecast = useForecast(item.item_id, origin);
  const skeleton = <Skeleton className="h-[28rem]" />;
  return (
    <ResourceView resource={history} skeleton={skeleton}>
      {({ data }) => (
        <ResourceView resource={forecast} skeleton={skeleton}>
          {(body) => <ForecastFigure item={item} history={data} forecast={body} />}
        </ResourceView>
      )}
    </ResourceView>
  );
}
