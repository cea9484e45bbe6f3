"use client";

import type { ReactNode } from "react";
import { useI18n } from "@/lib/i18n/provider";
import type { Preferences } from "@/lib/preferences";
import { PreferenceSelects } from "../preference-selects";
import { Account } from "./account";
import { FreshnessPill, LateBanner } from "./freshness";
import { Navigation } from "./navigation";

/** What stands around every page: navigation, the state of the data, the reader's choices. */
export function Shell({ preferences, children }: { preferences: Preferences; children: ReactNode }) {
  const { t } = useI18n();
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[12.5rem_minmax(0,1fr)]">
      <a href="#main" className="panel sr-only z-50 p-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2">
        {t("nav.skip")}
      </a>
      <Navigation />
      <div className="min-w-0">
        <header className="no-print flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-line border-b bg-surface px-4 py-2 md:px-6">
          <FreshnessPill />
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <PreferenceSelects preferences={preferences} />
            <Account />
          </div>
        </header>
        <LateBanner />
        <main id="main" tabIndex={-1} className="mx-auto max-w-[92rem] space-y-4 p-4 outline-none md:p-6">
          {children}
        </main>
      </div>
    </div>
  );
}
