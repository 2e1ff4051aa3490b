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
  if (typeof token !== "string") redirect("/forgot-password");
  return (
    <main className={styles.narrow}>
      <ResetPasswordForm token={token} />
    </main>
  );
}
