"use client";

import { type Options, useQueryStates } from "nuqs";
import { type MaterialsParams, materialsParams } from "./search-params";

type Change = Partial<{ [Name in keyof MaterialsParams]: MaterialsParams[Name] | null }>;

export interface MaterialsParamsState {
  readonly params: MaterialsParams;
  /** Changes filters or order; a cursor belongs to one question, so any other change drops it. */
  readonly change: (change: Change, options?: Options) => void;
  /** Back to the plain list. */
  readonly clear: () => void;
}

export function useMaterialsParams(): MaterialsParamsState {
  const [params, setParams] = useQueryStates(materialsParams);
  return {
    params,
    change: (change, options) => void setParams({ cursor: null, ...change }, options),
    clear: () => void setParams(null),
  };
}
