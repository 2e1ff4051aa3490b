"use client";

import { limits } from "@holdfast/contract";
import { TextField } from "@/ui/text-field";
import { AccountForm } from "./account-form";
import { accountRequest } from "./account-request";
import { faultsOf, newPasswordFault } from "./checks";
import styles from "./form.module.css";
import { textOf, useAccountForm } from "./use-account-form";

export function ResetPasswordForm({ token }: { token: string }) {
  const form = useAccountForm({
    check: (values) => faultsOf({ newPassword: newPasswordFault(textOf(values, "newPassword")) }),
    send: (values) =>
      accountRequest("POST", "/api/auth/reset-password", { token, newPassword: textOf(values, "newPassword") }),
    onDone: () => window.location.assign("/sign-in?reset=1"),
  });

  return (
    <>
      <AccountForm form={form} heading="Choose a new password" submit="Save the password">
        <TextField
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          hint={`At least ${limits.passwordMinLength} characters. You are then signed out everywhere else.`}
          error={form.errors["newPassword"]}
        />
      </AccountForm>
      <p className={styles.other}>
        <a href="/forgot-password">Ask for another link</a>
      </p>
    </>
  );
}
