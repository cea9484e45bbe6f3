"use client";

import Link from "next/link";
import { DemandClassBadge } from "@/components/table/cells";
import type { ItemDetail } from "@/lib/api/requests";
import { useI18n } from "@/lib/i18n/provider";

export function ItemHeader({ item }: { item: ItemDetail }) {
  const { t, label } = useI18n();
  const abc =
    item.abc_class &&
    t("item.class", { abc: item.abc_class, basis: item.abc_basis ? label("abc_basis", item.abc_basis) : "" });
  return (
    <header className="space-y-1">
      <p className="text-muted">
        <Link className="link" href="/materials">
          {t("materials.title")}
        </Link>
        <span aria-hidden="true"> / </span>
        {item.family}
      </p>
      <h1 className="font-semibold text-2xl tracking-tight">{item.item_name}</h1>
      <p className="flex flex-wrap items-center gap-2 text-muted">
        <code>{item.item_id}</code>
        <span className="badge">{item.unit}</span>
        {item.is_service && <span className="badge">{t("materials.service")}</span>}
        {!item.active && <span className="badge bg-late-soft text-late">{t("item.inactive")}</span>}
        {abc && <span className="badge">{abc}</span>}
        <DemandClassBadge code={item.demand_class} />
      </p>
    </header>
  );
}
