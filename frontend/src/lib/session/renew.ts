/** `unknown`: nobody could be asked; the session may be good still. */
export type Renewal = "renewed" | "ended" | "unknown";

async function askForRenewal(): Promise<Renewal> {
  const answer = await fetch("/session/renew", { method: "POST" }).catch(() => null);
  if (answer?.ok) return "renewed";
  return answer?.status === 401 ? "ended" : "unknown";
}

/**
 * Renews the session where the API permits it. A refresh token used twice ends the session, so the tabs of a
 * browser wait for each other, and who comes second finds it renewed. Without TLS a browser has no such lock.
 */
export async function renewSession(): Promise<Renewal> {
  return navigator.locks ? navigator.locks.request("nova-session", askForRenewal) : askForRenewal();
}
