"use client";

import { useTransition } from "react";
import { LOCALES } from "@/lib/i18n/locale";
import { useI18n } from "@/lib/i18n/provider";
import { type Preference, type Preferences, THEMES } from "@/lib/preferences";
import { setPreference } from "@/lib/server/set-preference";

/** Each language under its own name. */
const LOCALE_NAMES = { "pt-BR": "Português", en: "English" } as const;

export function PreferenceSelects({ preferences }: { preferences: Preferences }) {
  const { t } = useI18n();
  const [saving, startSaving] = useTransition();
  const save = (name: Preference) => (event: { target: { value: string } }) => {
    const { value } = event.target;
    startSaving(() => setPreference(name, value));
  };
  const select = "control min-h-8 border-line px-1.5";
  return (
    <div className="flex gap-2">
      <select
        aria-label={t("preferences.theme")}
        className={select}
        value={preferences.theme}
        disabled={saving}
        onChange={save("theme")}
      >
        {THEMES.map((theme) => (
          <option key={theme} value={theme}>
            {t(`preferences.theme.${theme}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t("preferences.locale")}
        className={select}
        value={preferences.locale}
        disabled={saving}
        onChange={save("locale")}
      >
        {LOCALES.map((locale) => (
          <option key={locale} value={locale} lang={locale}>
            {LOCALE_NAMES[locale]}
          </option>
        ))}
      </select>
    </div>
  );
}
