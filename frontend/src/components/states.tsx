"use client";

import type { ReactNode } from "react";
import type { Resource } from "@/lib/api/hooks";
import { useI18n } from "@/lib/i18n/provider";

/** Holds the place of something of that height (a Tailwind class), so that its arrival moves nothing. */
export function Skeleton({ className }: { className: string }) {
  const { t } = useI18n();
  return (
    <div role="status" className={`animate-pulse rounded-lg bg-surface-2 ${className}`}>
      <span className="sr-only">{t("state.loading")}</span>
    </div>
  );
}

interface FailureProps {
  title: string;
  detail?: string;
  onRetry: () => void;
}

export function Failure({ title, detail, onRetry }: FailureProps) {
  const { t } = useI18n();
  return (
    <div role="alert" className="rounded-lg bg-error-soft p-4 text-error">
      <p className="font-semibold">{title}</p>
      {detail && <p>{detail}</p>}
      <button type="button" onClick={onRetry} className="control mt-2 border-error text-text">
        {t("state.retry")}
      </button>
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return (
    <div className="rounded-lg border border-line-strong border-dashed p-8 text-center text-muted">{children}</div>
  );
}

interface ResourceViewProps<Body> {
  resource: Resource<Body>;
  /** What stands there until the first answer; of the answer's size. */
  skeleton: ReactNode;
  children: (body: Body) => ReactNode;
}

/** The states of a resource: coming, there, failed, not for this reader. An answer once shown stays when a later refresh fails. */
export function ResourceView<Body>({ resource, skeleton, children }: ResourceViewProps<Body>) {
  const { t } = useI18n();
  const { data, error, mutate } = resource;
  if (data !== undefined) return children(data);
  if (error === undefined) return skeleton;
  if (error.status === 403) return <Empty>{t("state.forbidden")}</Empty>;
  const unreachable = error.status === 0 || error.status >= 502;
  const detail = [unreachable ? t("state.unreachable") : error.message];
  if (error.requestId !== null) detail.push(t("state.requestId", { id: error.requestId }));
  return <Failure title={t("state.error")} detail={detail.join(" ")} onRetry={() => void mutate()} />;
}
