"use client";

import { limits } from "@holdfast/contract";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/text-field";
import { accountRequest } from "./account-request";
import { faultsOf, newPasswordFault } from "./checks";
import styles from "./form.module.css";
import { FormMessage } from "./form-message";
import { textOf, useAccountForm } from "./use-account-form";

export function ResetPasswordForm({ token }: { token: string }) {
  const { errors, message, isBusy, formProps } = useAccountForm({
    check: (values) => faultsOf({ newPassword: newPasswordFault(textOf(values, "newPassword")) }),
    send: (values) =>
      accountRequest("POST", "/api/auth/reset-password", { token, newPassword: textOf(values, "newPassword") }),
    onDone: () => window.location.assign("/sign-in?reset=1"),
  });

  return (
    <>
      <form {...formProps} className={styles.form}>
        <h1 className={styles.heading}>Choose a new password</h1>
        <FormMessage>{message}</FormMessage>
        <TextField
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          hint={`At least ${limits.passwordMinLength} characters. You are then signed out everywhere else.`}
          error={errors["newPassword"]}
        />
        <Button type="submit" look="primary" busy={isBusy} className={styles.submit}>
          Save the password
        </Button>
      </form>
      <p className={styles.other}>
        <a href="/forgot-password">Ask for another link</a>
      </p>
    </>
  );
}
