"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";
import { createI18n, type I18n, type Messages } from "./i18n";
import type { Locale } from "./locale";

const I18nContext = createContext<I18n | null>(null);

interface I18nProviderProps {
  locale: Locale;
  messages: Messages;
  children: ReactNode;
}

export function I18nProvider({ locale, messages, children }: I18nProviderProps) {
  const i18n = useMemo(() => createI18n(locale, messages), [locale, messages]);
  return <I18nContext value={i18n}>{children}</I18nContext>;
}

export function useI18n(): I18n {
  const i18n = useContext(I18nContext);
  if (i18n === null) throw new Error("no I18nProvider stands around this");
  return i18n;
}
