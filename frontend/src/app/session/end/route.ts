import type { NextRequest } from "next/server";
import { askAuth } from "@/lib/server/ask-auth";
import { foreign } from "@/lib/server/problem";
import { isSameOrigin } from "@/lib/server/same-origin";
import { seeOther } from "@/lib/server/see-other";
import { dropSession, type Grant, readSession, type Session } from "@/lib/server/session-cookies";
import { HOME, loginPath } from "@/lib/session/paths";

/** Makes the session void at the API; false when that could not be done. */
async function revoke({ token, renewal }: Session, headers: Headers): Promise<boolean> {
  if (token !== null) {
    const answer = await askAuth("logout", headers, { token });
    return answer?.ok === true || answer?.status === 401;
  }
  if (renewal === null) return true;
  // Only a token can sign out: a session whose token has ended is renewed once more to end it.
  const answer = await askAuth("refresh", headers, { body: { refresh_token: renewal } });
  if (!answer?.ok) return answer?.status === 401;
  return revoke({ token: ((await answer.json()) as Grant).token, renewal: null }, headers);
}

/** Signs out: the API makes the session void, and the browser forgets it either way. */
export async function POST(request: NextRequest): Promise<Response> {
  if (!isSameOrigin(request.headers)) return foreign(request);
  const revoked = await revoke(readSession(request.cookies, request.headers), request.headers);
  const response = seeOther(loginPath(HOME, revoked ? "signed_out" : "not_revoked"));
  dropSession(response, request.headers);
  return response;
}
