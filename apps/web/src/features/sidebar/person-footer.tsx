"use client";

import { limits, type Person } from "@holdfast/contract";
import { LogOut } from "lucide-react";
import { signOut } from "@/trpc/sign-out";
import { IconButton } from "@/ui/icon-button";
import { VisuallyHidden } from "@/ui/visually-hidden";
import styles from "./person-footer.module.css";

export function PersonFooter({ person }: { person: Person | null }) {
  const isGuest = person === null || person.isGuest;
  const name = isGuest ? "Guest" : person.name;
  return (
    <div className={styles.footer}>
      <a href="/settings" className={styles.person}>
        <span aria-hidden className={styles.initial}>
          {initialOf(name)}
        </span>
        <span className={styles.words}>
          <span className={styles.name} dir="auto">
            {name}
          </span>
          <small className={isGuest ? styles.detail : styles.email}>
            {isGuest ? `Kept on this device for ${limits.guestDays} days` : person.email}
          </small>
        </span>
        <VisuallyHidden>Settings</VisuallyHidden>
      </a>
      {isGuest ? (
        <a href="/sign-up" className={styles.signUp}>
          Sign up
        </a>
      ) : (
        <IconButton label="Sign out" onClick={() => void signOut()}>
          <LogOut size={16} aria-hidden />
        </IconButton>
      )}
    </div>
  );
}

/** The first letter as people see it, not half of an emoji. */
function initialOf(name: string): string {
  const trimmed = name.trim();
  // Of most names it is plain to see: the first use of `Intl` is slow.
  if (startsPlainly.test(trimmed)) return trimmed.charAt(0).toUpperCase();
  const [first] = new Intl.Segmenter().segment(trimmed);
  return first?.segment.toLocaleUpperCase() ?? "?";
}

/** Nothing follows that could belong to the letter. */
const startsPlainly = /^[!-~](?:[ -~]|$)/;
