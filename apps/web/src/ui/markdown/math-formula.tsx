"use client";

import { lazy, Suspense, useSyncExternalStore } from "react";

const Typeset = lazy(() => import("./typeset-math"));

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
  const asWritten = <code>{source}</code>;
  if (!inBrowser) return asWritten;
  return (
    <Suspense fallback={asWritten}>
      <Typeset source={source} display={display} />
    </Suspense>
  );
}

function neverChanges() {
  return () => {};
}
