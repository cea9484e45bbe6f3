import { NotFoundMessage } from "@/components/not-found-message";

export default function NotFound() {
  return <NotFoundMessage title="notFound.title" text="notFound.text" href="/dashboard" action="notFound.home" />;
}
