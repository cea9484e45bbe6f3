"use client";

import { useQueryStates } from "nuqs";
import { useMemo } from "react";
import { ChartFigure } from "@/components/chart/chart-figure";
import type { LegendEntry } from "@/components/chart/legend";
import { Empty, ResourceView, Skeleton } from "@/components/states";
import { type Column, DataTable } from "@/components/table/data-table";
import { useDatasets, useFamilyDemand } from "@/lib/api/hooks";
import type { FamilyDemand } from "@/lib/api/requests";
import type { I18n } from "@/lib/i18n/i18n";
import { useI18n } from "@/lib/i18n/provider";
import { DemandChart } from "./demand-chart";
import { type DemandBucket, demandSeries, demandWindowStart, type FamilyUnit, familyUnits } from "./demand-series";
import { demandParams, GRAINS, type Grain } from "./search-params";

const unitOf = (family: string | null, unit: string | null) => (candidate: FamilyUnit) =>
  candidate.family === family && candidate.unit === unit;

interface DemandControlsProps {
  options: readonly FamilyUnit[];
  chosen: FamilyUnit;
  grain: Grain;
  onFamily: (chosen: FamilyUnit) => void;
  onGrain: (grain: Grain) => void;
}

function DemandControls({ options, chosen, grain, onFamily, onGrain }: DemandControlsProps) {
  const { t } = useI18n();
  const pickFamily = (index: number) => {
    const option = options[index];
    if (option) onFamily(option);
  };
  return (
    <>
      <select
        aria-label={t("demand.family")}
        className="control max-w-64"
        value={options.indexOf(chosen)}
        onChange={(event) => pickFamily(Number(event.target.value))}
      >
        {options.map(({ family, unit }, index) => (
          <option key={`${family} ${unit}`} value={index}>
            {family} · {unit}
          </option>
        ))}
      </select>
      <select
        aria-label={t("demand.grain")}
        className="control"
        value={grain}
        onChange={(event) => onGrain(event.target.value as Grain)}
      >
        {GRAINS.map((option) => (
          <option key={option} value={option}>
            {t(`demand.grain.${option}`)}
          </option>
        ))}
      </select>
    </>
  );
}

function legendOf(buckets: readonly DemandBucket[], unit: string, t: I18n["t"]): LegendEntry[] {
  const complete: LegendEntry = { label: `${t("demand.complete")} (${unit})`, mark: "bar", color: "var(--actual)" };
  if (buckets.every((bucket) => bucket.complete)) return [complete];
  return [complete, { label: t("demand.partial"), mark: "bar", color: "var(--actual-partial)" }];
}

function DemandTable({ buckets, unit }: { buckets: readonly DemandBucket[]; unit: string }) {
  const { t, format } = useI18n();
  const columns: Column<DemandBucket>[] = [
    { id: "date", header: t("demand.date"), rowHeader: true, cell: ({ date }) => format.date(date) },
    {
      id: "demand",
      header: t("demand.quantity"),
      align: "right",
      cell: ({ demand }) => format.quantity(demand, unit),
    },
    { id: "lines", header: t("demand.lines"), align: "right", cell: ({ lines }) => format.count(lines) },
  ];
  return <DataTable caption={t("demand.title")} columns={columns} rows={buckets} rowKey={({ date }) => date} />;
}

function FamilyDemandFigure({ rows }: { rows: readonly FamilyDemand[] }) {
  const { t, format } = useI18n();
  const [{ family, unit, grain }, setParams] = useQueryStates(demandParams);
  const options = useMemo(() => familyUnits(rows), [rows]);
  const chosen = options.find(unitOf(family, unit)) ?? options[0];
  const buckets = useMemo(() => (chosen ? demandSeries(rows, chosen, grain) : []), [rows, chosen, grain]);
  if (!chosen || !buckets[0]) return <Empty>{t("state.noRows")}</Empty>;

  const summary = t("demand.summary", {
    family: chosen.family,
    unit: chosen.unit,
    lines: format.count(chosen.lines),
    from: format.date(buckets[0].date),
  });
  return (
    <ChartFigure
      title={t("demand.title")}
      summary={summary}
      legend={legendOf(buckets, chosen.unit, t)}
      controls={
        <DemandControls
          options={options}
          chosen={chosen}
          grain={grain}
          onFamily={(option) => void setParams({ family: option.family, unit: option.unit })}
          onGrain={(option) => void setParams({ grain: option })}
        />
      }
      chart={<DemandChart buckets={buckets} unit={chosen.unit} title={summary} />}
      table={<DemandTable buckets={buckets} unit={chosen.unit} />}
    />
  );
}

const SKELETON = <Skeleton className="h-[28rem]" />;

function WindowedDemand({ from }: { from: string | null }) {
  return (
    <ResourceView resource={useFamilyDemand(from)} skeleton={SKELETON}>
      {({ data }) => <FamilyDemandFigure rows={data} />}
    </ResourceView>
  );
}

/** The datasets say how far the demand goes, and so where the window begins. */
export function DemandPanel() {
  return (
    <ResourceView resource={useDatasets()} skeleton={SKELETON}>
      {({ data }) => <WindowedDemand from={demandWindowStart(data)} />}
    </ResourceView>
  );
}
