import type { Metadata } from "next";
import { ForgotPasswordForm } from "@/features/account/forgot-password-form";
import styles from "../narrow.module.css";

export const metadata: Metadata = { title: "Set a new password · Holdfast" };

export default function ForgotPasswordPage() {
  return (
    <main className={styles.narrow}>
      <ForgotPasswordForm />
    </main>
  );
}
