import { NotFoundMessage } from "@/components/not-found-message";

export default function ItemNotFound() {
  return (
    <NotFoundMessage
      title="notFound.material"
      text="notFound.materialText"
      href="/materials"
      action="notFound.materials"
    />
  );
}
