import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { ResetPasswordForm } from "@/features/account/reset-password-form";
import styles from "../narrow.module.css";

export const metadata: Metadata = { title: "Choose a new password · Holdfast" };

interface ResetPasswordPageProps {
  searchParams: Promise<{ token?: string | string[] }>;
}

export default async function ResetPasswordPage({ searchParams }: ResetPasswordPageProps) {
  const { token } = await searchParams;
  // A link that is no good comes back without a token.
  if (typeof token !== "string") redirect("/forgot-password?expired=1");
  return (
    <main className={styles.narrow}>
      <ResetPasswordForm token={token} />
    </main>
  );
}
