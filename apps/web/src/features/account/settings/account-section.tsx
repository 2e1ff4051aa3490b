"use client";

import { limits, type Person } from "@holdfast/contract";
import { useLayoutEffect } from "react";
import { requests } from "@/trpc/requests";
import { signOut } from "@/trpc/sign-out";
import { Button } from "@/ui/button";
import { classNames } from "@/ui/class-names";
import { NameForm } from "./name-form";
import { PasswordForm } from "./password-form";
import { Section } from "./section";
import styles from "./settings.module.css";

export function AccountSection({ person }: { person: Person | null }) {
  const id = person?.id ?? null;
  useLayoutEffect(() => {
    requests.shownId = id;
  }, [id]);
  if (person === null || person.isGuest) return <GuestSection />;
  return (
    <>
      <Section title="Account">
        <p>
          Signed in as <strong>{person.email}</strong>.
        </p>
        <NameForm name={person.name} />
        <Button onClick={() => void signOut()}>Sign out</Button>
      </Section>
      <Section title="Password">
        <PasswordForm />
      </Section>
    </>
  );
}

function GuestSection() {
  return (
    <Section
      title="Account"
      lead={
        `You are here as a guest. What you write is kept on this device only, and for ${limits.guestDays} days without use. ` +
        "With an account it stays, and you can reach it from anywhere."
      }
    >
      <div className={styles.row}>
        <a href="/sign-up" className={classNames(styles.asButton, styles.strong)}>
          Create an account
        </a>
        <a href="/sign-in" className={styles.asButton}>
          Sign in
        </a>
      </div>
    </Section>
  );
}
