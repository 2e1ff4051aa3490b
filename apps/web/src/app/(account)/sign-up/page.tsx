import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignUpForm } from "@/features/account/sign-up-form";
import { knownPerson } from "../current-person";
import styles from "../narrow.module.css";

export const metadata: Metadata = { title: "Create an account · Holdfast" };

export default async function SignUpPage() {
  const person = await knownPerson();
  if (person && !person.isGuest) redirect("/");
  return (
    <main className={styles.narrow}>
      <SignUpForm keepsGuest={person !== null} />
    </main>
  );
}
