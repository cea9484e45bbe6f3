"use client";

import { DEFAULT_LOCALE } from "@/lib/i18n/locale";
import words from "./global-error.words.json";

/** The last resort, when even the root layout failed: no provider, no stylesheet, the default language. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang={DEFAULT_LOCALE}>
      <head>
        <title>{words.title}</title>
      </head>
      <body>
        <main>
          <h1>{words.text}</h1>
          <button type="button" onClick={reset}>
            {words.retry}
          </button>
        </main>
      </body>
    </html>
  );
}
