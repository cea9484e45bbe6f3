"use client";

import { DemandClassBadge } from "@/components/table/cells";
import type { ItemSummary } from "@/lib/api/requests";
import { useI18n } from "@/lib/i18n/provider";
import { ItemLink } from "./columns";

function Card({ item }: { item: ItemSummary }) {
  const { t, format } = useI18n();
  const facts = [
    [t("materials.forecast_4w"), format.quantity(item.forecast_4w, item.unit)],
    [t("materials.demand_52w"), format.quantity(item.demand_52w, item.unit)],
    [t("materials.request_lines_52w"), format.count(item.request_lines_52w)],
    [t("materials.last_demand_on"), format.date(item.last_demand_on)],
  ] as const;
  return (
    <li className="panel space-y-2 p-3">
      <div className="flex items-start justify-between gap-2">
        <p className="min-w-0">
          <ItemLink item={item} />
          <code className="block text-muted text-xs">{item.item_id}</code>
        </p>
        <DemandClassBadge code={item.demand_class} />
      </div>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-1">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-muted text-xs">{name}</dt>
            <dd className="font-medium tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

/** The list where a table would not fit: what a planner decides by, first. */
export function MaterialCards({ items }: { items: readonly ItemSummary[] }) {
  return (
    <ul className="space-y-2 lg:hidden">
      {items.map((item) => (
        <Card key={item.item_id} item={item} />
      ))}
    </ul>
  );
}
