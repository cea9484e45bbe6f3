import type { Notice } from "./paths";

/** Why somebody was not let in; `seconds` after which one more try is heard. */
export interface Refusal {
  readonly notice: Extract<Notice, "wrong" | "throttled" | "unavailable">;
  readonly seconds: number | null;
}

/** What `/session` answers to a script: where to go on, or why not. */
export type SignInAnswer = { readonly next: string } | Refusal;

const UNAVAILABLE: Refusal = { notice: "unavailable", seconds: null };

/** Sends the form of the sign-in page without leaving it. Never raises. */
export async function signIn(form: FormData): Promise<SignInAnswer> {
  const body = new URLSearchParams([...form].map(([name, value]) => [name, String(value)]));
  try {
    const answer = await fetch("/session", { method: "POST", body, headers: { accept: "application/json" } });
    return (await answer.json()) as SignInAnswer;
  } catch {
    return UNAVAILABLE;
  }
}
