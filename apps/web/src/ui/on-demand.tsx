"use client";

import { type ComponentType, lazy, Suspense, useEffect, useState } from "react";
import { notify } from "./notices";

interface Closable {
  onClose(): void;
}

/** What draws a dialog or a panel, loaded when that is first opened. */
export interface OnDemandCode<Props> {
  latest: ComponentType<Props>;
}

/** Where the code cannot be loaded, the next opening tries again. */
export function onDemand<Props extends Closable>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): OnDemandCode<Props> {
  const attempt = (): ComponentType<Props> =>
    lazy(() =>
      load().catch((): { default: ComponentType<Props> } => {
        code.latest = attempt();
        return { default: Missing };
      }),
    );
  const code = { latest: attempt() };
  return code;
}

interface OnDemandProps<Props> {
  code: OnDemandCode<Props>;
  props: Props;
}

/** Shows it once its code is there. Until then Escape takes the wish back; where it cannot be loaded, a notice says so, and the page stays as it is. */
export function OnDemand<Props extends Closable>({ code, props }: OnDemandProps<Props>) {
  const [Content] = useState(() => code.latest);
  return (
    <Suspense fallback={<OnItsWay onClose={props.onClose} />}>
      <Content {...props} />
    </Suspense>
  );
}

function Missing({ onClose }: Closable) {
  useEffect(() => {
    notify("This could not be loaded. Try again; if it happens once more, load the page anew.");
    onClose();
  }, [onClose]);
  return null;
}

function OnItsWay({ onClose }: Closable) {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
    window.addEventListener("keydown", onKeyDown, true);
    return () => window.removeEventListener("keydown", onKeyDown, true);
  }, [onClose]);
  return null;
}
