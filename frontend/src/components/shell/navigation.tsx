"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useMay } from "@/lib/api/hooks";
import type { Permission } from "@/lib/api/requests";
import type { MessageKey } from "@/lib/i18n/i18n";
import { useI18n } from "@/lib/i18n/provider";

interface Section {
  readonly href: string;
  readonly label: MessageKey;
  readonly icon: string;
  /** Who may not do this does not see the section. */
  readonly permission: Permission;
}

const SECTIONS: readonly Section[] = [
  { href: "/dashboard", permission: "read", label: "nav.dashboard", icon: "M3 13h4v8H3zM10 3h4v18h-4zM17 9h4v12h-4z" },
  {
    href: "/materials",
    permission: "read",
    label: "nav.materials",
    icon: "M12 2 3 7v10l9 5 9-5V7zM3 7l9 5 9-5M12 12v10",
  },
  {
    href: "/data",
    permission: "read",
    label: "nav.data",
    icon: "M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zM4 6c0 4 16 4 16 0M4 12c0 4 16 4 16 0",
  },
];

function Icon({ path }: { path: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className="size-4 shrink-0 max-sm:hidden"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      aria-hidden="true"
    >
      <path d={path} strokeLinejoin="round" />
    </svg>
  );
}

export function Navigation() {
  const { t } = useI18n();
  const path = usePathname();
  const may = useMay();
  return (
    <nav aria-label={t("nav.label")} className="border-line bg-surface max-md:border-b md:border-r">
      <div className="top-0 flex items-center gap-2 px-2 md:sticky md:flex-col md:items-stretch md:px-3 md:py-4">
        <p className="px-2 py-2 md:pb-4">
          <span className="block font-bold text-lg tracking-tight">{t("app.name")}</span>
          <span className="block text-muted text-xs max-md:sr-only">{t("app.tagline")}</span>
        </p>
        <ul className="flex gap-1 md:flex-col">
          {SECTIONS.filter(({ permission }) => may(permission)).map(({ href, label, icon }) => {
            const current = path === href || path.startsWith(`${href}/`);
            return (
              <li key={href}>
                <Link
                  href={href}
                  aria-current={current ? "page" : undefined}
                  className={`flex min-h-9 items-center gap-2.5 rounded-md px-2.5 py-1.5 ${
                    current
                      ? "bg-accent-soft font-semibold text-accent"
                      : "text-muted hover:bg-surface-2 hover:text-text"
                  }`}
                >
                  <Icon path={icon} />
                  {t(label)}
                </Link>
              </li>
            );
          })}
        </ul>
      </div>
    </nav>
  );
}
