import type { Metadata } from "next";
import { SignInForm } from "@/features/account/sign-in-form";
import { knownPerson } from "../current-person";
import styles from "../narrow.module.css";

export const metadata: Metadata = { title: "Sign in · Holdfast" };

interface SignInPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const [person, query] = await Promise.all([knownPerson(), searchParams]);
  return (
    <main className={styles.narrow}>
      <SignInForm notice={noticeOf(query)} movesGuest={person?.isGuest === true} />
    </main>
  );
}

function noticeOf(query: Awaited<SignInPageProps["searchParams"]>): string | null {
  if (query["reset"]) return "Your new password is set. Sign in with it.";
  if (query["error"]) return "Signing in there did not work. Try again, or use your email and password.";
  return null;
}
