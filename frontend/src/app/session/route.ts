import { type NextRequest, NextResponse } from "next/server";
import { askAuth } from "@/lib/server/ask-auth";
import { foreign } from "@/lib/server/problem";
import { readLimited } from "@/lib/server/read-limited";
import { isSameOrigin } from "@/lib/server/same-origin";
import { seeOther } from "@/lib/server/see-other";
import { type Grant, keepSession } from "@/lib/server/session-cookies";
import { loginPath, returnPath } from "@/lib/session/paths";
import type { Refusal } from "@/lib/session/sign-in";

const LONGEST_FORM = 16 * 1024;
const STATUS = { wrong: 401, throttled: 429, unavailable: 503 } as const;

function refusalOf(answer: Response | null): Refusal {
  if (answer?.status === 429) return { notice: "throttled", seconds: Number(answer.headers.get("retry-after")) || 1 };
  // A name too long to be one is as wrong as any other.
  const wrong = answer?.status === 401 || answer?.status === 400;
  return { notice: wrong ? "wrong" : "unavailable", seconds: null };
}

/**
 * Signs in with `login` and `password` of a form and leads to its `next`. The token goes into a cookie that no script
 * reads. A script that accepts JSON is told in JSON, a form without one by a redirect.
 */
export async function POST(request: NextRequest): Promise<Response> {
  if (!isSameOrigin(request.headers)) return foreign(request);
  const body = await readLimited(request, LONGEST_FORM);
  const form = new URLSearchParams(new TextDecoder().decode(body ?? new Uint8Array()));
  const next = returnPath(form.get("next"));
  const credentials = { login: form.get("login") ?? "", password: form.get("password") ?? "" };
  const answer = await askAuth("login", request.headers, { body: credentials });
  const isScript = request.headers.get("accept")?.includes("application/json");
  if (answer?.ok) {
    const response = isScript ? NextResponse.json({ next }) : seeOther(next);
    keepSession(response, request.headers, (await answer.json()) as Grant);
    return response;
  }
  const refusal = refusalOf(answer);
  return isScript
    ? NextResponse.json(refusal, { status: STATUS[refusal.notice] })
    : seeOther(loginPath(next, refusal.notice, refusal.seconds));
}
