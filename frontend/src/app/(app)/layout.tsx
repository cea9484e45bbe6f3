import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { Shell } from "@/components/shell/shell";
import { datasetsRequest, meRequest } from "@/lib/api/requests";
import { SwrProvider } from "@/lib/api/swr-provider";
import { ASKED_PATH } from "@/lib/server/asked-path";
import { askingSession, load } from "@/lib/server/load";
import { readPreferences } from "@/lib/server/preferences";
import { Prefetched } from "@/lib/server/prefetched";
import { HOME, loginPath } from "@/lib/session/paths";

/** Sends to the sign-in page who has a token that is void; one that can be renewed is the browser's to renew. */
async function requireSession(): Promise<void> {
  const me = await load(meRequest());
  if (me.state !== "signed_out") return;
  if ((await askingSession()).renewal !== null) return;
  redirect(loginPath((await headers()).get(ASKED_PATH) ?? HOME, "ended"));
}

export default async function AppLayout({ children }: { children: ReactNode }) {
  await requireSession();
  const preferences = await readPreferences();
  return (
    <NuqsAdapter>
      <SwrProvider>
        <Prefetched requests={[datasetsRequest(), meRequest()]}>
          <Shell preferences={preferences}>{children}</Shell>
        </Prefetched>
      </SwrProvider>
    </NuqsAdapter>
  );
}
