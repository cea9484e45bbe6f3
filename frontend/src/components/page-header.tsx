import type { ReactNode } from "react";

export function PageHeader({ title, intro }: { title: string; intro: ReactNode }) {
  return (
    <header>
      <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
      <p className="mt-0.5 text-muted">{intro}</p>
    </header>
  );
}
