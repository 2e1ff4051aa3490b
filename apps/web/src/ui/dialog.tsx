"use client";

import { type ComponentProps, type MouseEvent, useEffect, useLayoutEffect, useRef } from "react";
import { classNames } from "./class-names";
import styles from "./dialog.module.css";
import { useStable } from "./use-latest";

interface DialogProps extends Omit<ComponentProps<"dialog">, "open" | "onClose"> {
  /** Called when the person wants it closed: Escape, a click beside it, the browser's Back. Whoever shows it takes it away. */
  onClose(): void;
  /** Where there is much to lose, a click beside the dialog does nothing. */
  closesOnBackdrop?: boolean;
  placement?: "centre" | "top";
}

/** A modal dialog that is open for as long as it is rendered. Focus goes back to where it was. */
export function Dialog({
  onClose,
  closesOnBackdrop = true,
  placement = "centre",
  className,
  children,
  ...rest
}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);

  // A layout effect, so that its end still finds the element in the document: close() is what returns the focus.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  const leave = useStable(onClose);
  useEffect(() => {
    window.addEventListener("popstate", leave);
    return () => window.removeEventListener("popstate", leave);
  }, [leave]);

  function closeFromBackdrop(event: MouseEvent<HTMLDialogElement>) {
    if (closesOnBackdrop && event.target === event.currentTarget) onClose();
  }

  return (
    <dialog
      {...rest}
      ref={dialog}
      className={classNames(styles.dialog, styles[placement], className)}
      onMouseDown={closeFromBackdrop}
      onKeyDown={(event) => {
        rest.onKeyDown?.(event);
        if (event.key !== "Escape" || event.defaultPrevented) return;
        // Escape closes this, and nothing under it.
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className={styles.content}>{children}</div>
    </dialog>
  );
}
