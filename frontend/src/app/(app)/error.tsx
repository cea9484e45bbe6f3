"use client";

import { Failure } from "@/components/states";
import { useI18n } from "@/lib/i18n/provider";

export default function AppError({ reset }: { error: Error; reset: () => void }) {
  const { t } = useI18n();
  return <Failure title={t("state.unexpected")} onRetry={reset} />;
}
