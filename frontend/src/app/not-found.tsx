import { NotFoundMessage } from "@/components/not-found-message";

/** Of our own: the built-in page carries an inline style, which the content security policy refuses. */
export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <NotFoundMessage title="notFound.title" text="notFound.text" href="/dashboard" action="notFound.home" />
    </main>
  );
}
