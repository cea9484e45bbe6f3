"use client";

import { useI18n } from "@/lib/i18n/provider";
import type { MaterialsParamsState } from "./use-materials-params";

interface PagerProps extends MaterialsParamsState {
  nextCursor: string | null;
}

/** Keyset pages know only forward; each is pushed on the history, so the browser's back button goes back. */
export function Pager({ params, change, nextCursor }: PagerProps) {
  const { t } = useI18n();
  if (params.cursor === null && nextCursor === null) return null;
  const go = (cursor: string | null) => change({ cursor }, { history: "push", scroll: true });
  return (
    <nav aria-label={t("materials.pages")} className="no-print flex justify-end gap-2">
      <button type="button" className="control" disabled={params.cursor === null} onClick={() => go(null)}>
        <span aria-hidden="true">« </span>
        {t("materials.firstPage")}
      </button>
      <button type="button" className="control" disabled={nextCursor === null} onClick={() => go(nextCursor)}>
        {t("materials.nextPage")}
        <span aria-hidden="true"> ›</span>
      </button>
    </nav>
  );
}
