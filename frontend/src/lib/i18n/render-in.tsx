import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { dictionaries } from "./dictionaries";
import type { Locale } from "./locale";
import { I18nProvider } from "./provider";

/** For tests: renders as a page of that language does. */
export const renderIn = (locale: Locale, children: ReactNode) =>
  render(
    <I18nProvider locale={locale} messages={dictionaries[locale]}>
      {children}
    </I18nProvider>,
  );
