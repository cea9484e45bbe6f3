import { Skeleton } from "@/components/states";

export default function DataLoading() {
  return (
    <div className="space-y-4">
      <Skeleton className="h-12 w-72" />
      <Skeleton className="h-[28rem]" />
    </div>
  );
}
