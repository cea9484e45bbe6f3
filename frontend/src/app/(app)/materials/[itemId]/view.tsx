"use client";

import { ResourceView, Skeleton } from "@/components/states";
import { useItem } from "@/lib/api/hooks";
import { DemandPattern } from "./demand-pattern";
import { Facts } from "./facts";
import { ForecastPanel } from "./forecast-panel";
import { ItemHeader } from "./item-header";

export function ItemView({ itemId }: { itemId: string }) {
  return (
    <ResourceView resource={useItem(itemId)} skeleton={<Skeleton className="h-[48rem]" />}>
      {(item) => (
        <>
          <ItemHeader item={item} />
          <Facts item={item} />
          <ForecastPanel item={item} />
          <DemandPattern item={item} />
        </>
      )}
    </ResourceView>
  );
}
