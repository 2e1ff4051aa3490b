"use client";

import { lazy, Suspense, useSyncExternalStore } from "react";

const Typeset = lazy(() => import("./typeset-math").catch(() => ({ default: AsWritten })));

interface MathFormulaProps {
  source: string;
  display: boolean;
}

/** Typeset in the browser only, once the typesetter is there; until then, and where it fails, the formula as written. */
export function MathFormula({ source, display }: MathFormulaProps) {
  const inBrowser = useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  );
  if (!inBrowser) return <AsWritten source={source} />;
  return (
    <Suspense fallback={<AsWritten source={source} />}>
      <Typeset source={source} display={display} />
    </Suspense>
  );
}

function AsWritten({ source }: { source: string }) {
  return <code>{source}</code>;
}

function neverChanges() {
  return () => {};
}
