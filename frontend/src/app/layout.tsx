import "./globals.css";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { dictionaries } from "@/lib/i18n/dictionaries";
import { I18nProvider } from "@/lib/i18n/provider";
import { readI18n, readPreferences } from "@/lib/server/preferences";

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await readI18n();
  return {
    title: { default: t("app.name"), template: `%s · ${t("app.name")}` },
    description: t("app.tagline"),
    robots: { index: false, follow: false },
  };
}

export const viewport: Viewport = { colorScheme: "light dark", width: "device-width", initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { locale, theme } = await readPreferences();
  return (
    <html lang={locale} data-theme={theme}>
      <body>
        <I18nProvider locale={locale} messages={dictionaries[locale]}>
          {children}
        </I18nProvider>
      </body>
    </html>
  );
}
