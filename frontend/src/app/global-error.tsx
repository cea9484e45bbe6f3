"use client";

import { createI18n } from "@/lib/i18n/i18n";
import { DEFAULT_LOCALE } from "@/lib/i18n/locale";

/** The last resort, when even the root layout failed: no provider, no stylesheet, the default language. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  const { t } = createI18n(DEFAULT_LOCALE);
  return (
    <html lang={DEFAULT_LOCALE}>
      <head>
        <title>{t("app.name")}</title>
      </head>
      <body>
        <main>
          <h1>{t("state.unexpected")}</h1>
          <button type="button" onClick={reset}>
            {t("state.retry")}
          </button>
        </main>
      </body>
    </html>
  );
}
