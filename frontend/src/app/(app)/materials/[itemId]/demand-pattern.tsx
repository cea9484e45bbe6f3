"use client";

import { Panel } from "@/components/panel";
import type { ItemDetail } from "@/lib/api/requests";
import { useI18n } from "@/lib/i18n/provider";

/** Why the item is in its class (Syntetos, Boylan & Croston 2005), in a planner's words. */
export function DemandPattern({ item }: { item: ItemDetail }) {
  const { t, label, format } = useI18n();
  if (item.demand_class === null) {
    return (
      <Panel title={t("materials.demandClass")}>
        <p className="px-3 pb-2 text-muted">{t("item.pattern.none")}</p>
      </Panel>
    );
  }
  const measures = [
    {
      name: t("item.pattern.adi"),
      value: format.weeks(item.adi),
      rule: t("item.pattern.adiRule"),
    },
    { name: t("item.pattern.cv2"), value: format.number(item.cv2), rule: t("item.pattern.cv2Rule") },
  ];
  return (
    <Panel
      title={t("item.pattern.title", { name: label("demand_class", item.demand_class) })}
      summary={label("demand_class", `${item.demand_class}.meaning`)}
    >
      <div className="space-y-3 px-3 pb-2">
        <p>
          {t("item.pattern.weeks", {
            with: format.count(item.weeks_with_demand),
            observed: format.count(item.weeks_observed),
          })}
        </p>
        <dl className="grid gap-x-8 gap-y-2 sm:grid-cols-2">
          {measures.map(({ name, value, rule }) => (
            <div key={name}>
              <dt className="text-muted">{name}</dt>
              <dd>
                <span className="font-semibold tabular-nums">{value}</span>
                <span className="text-muted"> · {rule}</span>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </Panel>
  );
}
