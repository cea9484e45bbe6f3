"use client";

import { useMe } from "@/lib/api/hooks";
import { useI18n } from "@/lib/i18n/provider";

/** Who is signed in, as what, and the way out: a form, so that it works at once and without a script. */
export function Account() {
  const { t, label } = useI18n();
  const { data: me } = useMe();
  return (
    <section aria-label={t("account.label")} className="flex min-h-8 items-center gap-2">
      {me && (
        <p className="flex items-baseline gap-1.5">
          <span className="max-w-40 truncate font-semibold">{me.name}</span>
          <span className="badge text-muted">{label("role", me.role)}</span>
        </p>
      )}
      <form method="post" action="/session/end">
        <button type="submit" className="control min-h-8 border-line">
          {t("account.signOut")}
        </button>
      </form>
    </section>
  );
}
