import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { PreferenceSelects } from "@/components/preference-selects";
import { meRequest } from "@/lib/api/requests";
import { load } from "@/lib/server/load";
import { readI18n, readPreferences } from "@/lib/server/preferences";
import { isNotice, returnPath } from "@/lib/session/paths";
import { LoginForm } from "./form";
import { loginWords } from "./words";

interface LoginPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const { locale } = await readI18n();
  return { title: loginWords[locale].title };
}

export default async function LoginPage({ searchParams }: LoginPageProps) {
  const { next, notice, seconds } = await searchParams;
  const back = returnPath(next);
  if ((await load(meRequest())).state === "ready") redirect(back);
  const { t, locale } = await readI18n();
  const words = loginWords[locale];
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-4 p-4">
      <div className="panel space-y-5 p-6">
        <div>
          <p className="font-bold text-lg tracking-tight">{t("app.name")}</p>
          <p className="text-muted">{t("app.tagline")}</p>
        </div>
        <h1 className="font-semibold text-xl">{words.title}</h1>
        <LoginForm
          words={words}
          next={back}
          notice={isNotice(notice) ? notice : null}
          seconds={Math.min(Math.max(Number(seconds) || 0, 0), 3_600)}
        />
        <p className="text-muted">{words.help}</p>
      </div>
      <div className="flex justify-center">
        <PreferenceSelects preferences={await readPreferences()} />
      </div>
    </main>
  );
}
