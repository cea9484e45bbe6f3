import type { ReactNode } from "react";
import { Shell } from "@/components/shell/shell";
import { datasetsRequest } from "@/lib/api/requests";
import { readPreferences } from "@/lib/server/preferences";
import { Prefetched } from "@/lib/server/prefetched";

export default async function AppLayout({ children }: { children: ReactNode }) {
  const preferences = await readPreferences();
  return (
    <Prefetched requests={[datasetsRequest()]}>
      <Shell preferences={preferences}>{children}</Shell>
    </Prefetched>
  );
}
