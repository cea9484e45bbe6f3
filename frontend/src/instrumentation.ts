/** Next calls this once, before the server answers anything. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { tellPeers } = await import("./lib/server/peer");
    tellPeers();
  }
}
