"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";
import { createI18n, type I18n } from "./i18n";
import { DEFAULT_LOCALE, type Locale } from "./locale";

const I18nContext = createContext<I18n>(createI18n(DEFAULT_LOCALE));

export function I18nProvider({ locale, children }: { locale: Locale; children: ReactNode }) {
  const i18n = useMemo(() => createI18n(locale), [locale]);
  return <I18nContext value={i18n}>{children}</I18nContext>;
}

export const useI18n = (): I18n => useContext(I18nContext);
