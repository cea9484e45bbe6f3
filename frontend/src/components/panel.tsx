import type { ReactNode } from "react";

interface PanelProps {
  title: string;
  summary?: ReactNode;
  children: ReactNode;
}

/** One titled block of a page. */
export function Panel({ title, summary, children }: PanelProps) {
  return (
    <div className="panel min-w-0">
      <header className="px-4 pt-4 pb-2">
        <h2 className="font-semibold text-base">{title}</h2>
        {summary && <p className="text-muted">{summary}</p>}
      </header>
      <div className="px-1 pb-2">{children}</div>
    </div>
  );
}
