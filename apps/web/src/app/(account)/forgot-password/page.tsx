import type { Metadata } from "next";
import { ForgotPasswordForm } from "@/features/account/forgot-password-form";
import styles from "../narrow.module.css";

export const metadata: Metadata = { title: "Set a new password · Holdfast" };

interface ForgotPasswordPageProps {
  searchParams: Promise<{ expired?: string | string[] }>;
}

export default async function ForgotPasswordPage({ searchParams }: ForgotPasswordPageProps) {
  const { expired } = await searchParams;
  return (
    <main className={styles.narrow}>
      <ForgotPasswordForm isExpired={expired !== undefined} />
    </main>
  );
}
