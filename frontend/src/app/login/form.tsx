"use client";

import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Notice } from "@/lib/session/paths";
import { signIn } from "@/lib/session/sign-in";
import type { LoginWords } from "./words";

/** What stands above the fields; `again` follows `throttled` when the wait is over. */
interface Said {
  readonly notice: Notice | "again" | null;
  readonly seconds: number;
}

const CALM = ["again", "ended", "signed_out"];

function NoticeLine({ words, notice, seconds }: Said & { words: LoginWords }) {
  if (notice === null) return null;
  const calm = CALM.includes(notice);
  return (
    <p
      id="login-notice"
      role={calm ? "status" : "alert"}
      className={`rounded-lg p-3 ${calm ? "bg-surface-2" : "bg-error-soft font-semibold text-error"}`}
    >
      {words[notice].replace("{seconds}", String(seconds))}
    </p>
  );
}

/** Tells when a wait is over. */
function useTold(first: Said) {
  const [said, say] = useState(first);
  useEffect(() => {
    if (said.notice !== "throttled") return;
    const wait = setTimeout(() => say({ notice: "again", seconds: 0 }), said.seconds * 1_000);
    return () => clearTimeout(wait);
  }, [said]);
  return [said, say] as const;
}

/** Name and password. Without a script the same form is posted, and the answer is this page again. */
export function LoginForm({ words, next, notice, seconds }: Said & { words: LoginWords; next: string }) {
  const [said, say] = useTold({ notice, seconds });
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const answer = await signIn(new FormData(event.currentTarget));
    if ("next" in answer) {
      window.location.assign(answer.next);
      return;
    }
    setBusy(false);
    say({ notice: answer.notice, seconds: answer.seconds ?? 0 });
    password.current?.select();
  }

  const field = "control mt-1 block w-full";
  const described = said.notice === null ? undefined : "login-notice";
  return (
    <form method="post" action="/session" onSubmit={submit} className="space-y-4">
      <NoticeLine words={words} {...said} />
      <input type="hidden" name="next" value={next} />
      <label className="block font-semibold">
        {words.name}
        <input
          name="login"
          className={field}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={100}
          aria-describedby={described}
        />
      </label>
      <label className="block font-semibold">
        {words.password}
        <input
          ref={password}
          name="password"
          type="password"
          className={field}
          autoComplete="current-password"
          required
          aria-describedby={described}
        />
      </label>
      <button
        type="submit"
        aria-disabled={busy}
        className="control w-full border-accent bg-accent font-semibold text-surface hover:enabled:bg-accent"
      >
        {busy ? words.busy : words.submit}
      </button>
    </form>
  );
}
