import { Skeleton } from "@/components/states";

/** In a route group of the list alone: around an item's page it would turn its 404 into a 200. */
export default function MaterialsLoading() {
  return (
    <div className="space-y-4">
      <Skeleton className="h-12 w-72" />
      <Skeleton className="h-9" />
      <Skeleton className="h-[40rem]" />
    </div>
  );
}
