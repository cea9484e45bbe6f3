import Link from "next/link";
import type { MessageKey } from "@/lib/i18n/i18n";
import { readI18n } from "@/lib/server/preferences";

interface NotFoundMessageProps {
  title: MessageKey;
  text: MessageKey;
  href: string;
  action: MessageKey;
}

export async function NotFoundMessage({ title, text, href, action }: NotFoundMessageProps) {
  const { t } = await readI18n();
  return (
    <div className="panel mx-auto max-w-md space-y-2 p-8 text-center">
      <p className="font-semibold text-muted">404</p>
      <h1 className="text-xl font-semibold">{t(title)}</h1>
      <p className="text-muted">{t(text)}</p>
      <p className="pt-2">
        <Link className="link" prefetch={false} href={href}>
          {t(action)}
        </Link>
      </p>
    </div>
  );
}
