"use client";

import { type FormEvent, type ReactNode, useId } from "react";
import styles from "./alert-dialog.module.css";
import { Button } from "./button";
import { Dialog } from "./dialog";

interface AlertDialogProps {
  title: string;
  description: ReactNode;
  /** The word on the button that does it. */
  action: string;
  busy?: boolean;
  onConfirm(form: FormData): void;
  onClose(): void;
  /** Fields, between the description and the buttons. */
  children?: ReactNode;
}

/** Asks before something that cannot be undone. Without fields, "Cancel" has the focus. */
export function AlertDialog({ title, description, action, busy, onConfirm, onClose, children }: AlertDialogProps) {
  const id = useId();

  function confirm(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!busy) onConfirm(new FormData(event.currentTarget));
  }

  return (
    <Dialog
      role="alertdialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-description`}
      closesOnBackdrop={false}
      onClose={onClose}
    >
      <form className={styles.form} onSubmit={confirm} noValidate>
        <h2 id={`${id}-title`} className={styles.title}>
          {title}
        </h2>
        <p id={`${id}-description`} className={styles.description}>
          {description}
        </p>
        {children}
        <div className={styles.actions}>
          <Button onClick={onClose} autoFocus={!children}>
            Cancel
          </Button>
          <Button type="submit" look="danger" busy={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
