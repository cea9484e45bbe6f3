"use client";

import { debounce } from "nuqs";
import { useI18n } from "@/lib/i18n/provider";
import { ABC_CLASSES, DEMAND_CLASSES, KINDS, SORTS, type Sort } from "./search-params";
import type { MaterialsParamsState } from "./use-materials-params";

const TYPING_PAUSE_MS = 250;

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value | null;
  options: readonly { readonly value: Value; readonly label: string }[];
  onChange: (value: Value | null) => void;
}

/** A select whose first option is "any". */
function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  const { t } = useI18n();
  return (
    <select
      aria-label={label}
      className="control min-w-0 max-sm:w-full"
      value={value ?? ""}
      onChange={(event) => onChange(options.find((option) => option.value === event.target.value)?.value ?? null)}
    >
      <option value="">
        {label}: {t("materials.any")}
      </option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

function KindChoice({ params, change }: MaterialsParamsState) {
  const { t } = useI18n();
  return (
    <select
      aria-label={t("materials.kind")}
      className="control min-w-0 max-sm:w-full"
      value={params.kind}
      onChange={(event) => change({ kind: KINDS.find((kind) => kind === event.target.value) ?? null })}
    >
      {KINDS.map((kind) => (
        <option key={kind} value={kind}>
          {t(`materials.kind.${kind}`)}
        </option>
      ))}
    </select>
  );
}

/** On phones, where there are no column headers to click. */
function SortChoice({ params, change }: MaterialsParamsState) {
  const { t } = useI18n();
  const name = (sort: Sort) => {
    const column = sort.replace("-", "") as Exclude<Sort, `-${string}`>;
    return `${t(`materials.${column}`)} ${sort.startsWith("-") ? "↓" : "↑"}`;
  };
  return (
    <select
      aria-label={t("materials.sort")}
      className="control min-w-0 max-sm:w-full lg:hidden"
      value={params.sort}
      onChange={(event) => change({ sort: SORTS.find((sort) => sort === event.target.value) ?? null })}
    >
      {SORTS.map((sort) => (
        <option key={sort} value={sort}>
          {name(sort)}
        </option>
      ))}
    </select>
  );
}

export function Filters(state: MaterialsParamsState) {
  const { params, change, clear } = state;
  const { t, label } = useI18n();
  const filtered = params.q !== "" || params.family || params.class || params.abc || params.kind !== "material";
  return (
    <search
      aria-label={t("materials.filters")}
      className="no-print grid grid-cols-2 gap-2 sm:flex sm:flex-wrap sm:items-center"
    >
      <input
        type="search"
        aria-label={t("materials.search")}
        placeholder={t("materials.search")}
        className="control w-full max-sm:col-span-2 sm:w-64"
        value={params.q}
        onChange={(event) => change({ q: event.target.value || null }, { limitUrlUpdates: debounce(TYPING_PAUSE_MS) })}
      />
      <Choice
        label={t("materials.demandClass")}
        value={params.class}
        options={DEMAND_CLASSES.map((value) => ({ value, label: label("demand_class", value) }))}
        onChange={(value) => change({ class: value })}
      />
      <Choice
        label={t("materials.abc")}
        value={params.abc}
        options={ABC_CLASSES.map((value) => ({ value, label: value }))}
        onChange={(value) => change({ abc: value })}
      />
      <KindChoice {...state} />
      <SortChoice {...state} />
      {params.family && (
        <span className="badge min-h-9 px-2.5">
          {t("materials.family")}: {params.family}
        </span>
      )}
      {filtered && (
        <button type="button" className="control border-transparent text-accent max-sm:col-span-2" onClick={clear}>
          {t("materials.clear")}
        </button>
      )}
    </search>
  );
}
