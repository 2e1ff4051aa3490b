"use client";

import { limits } from "@holdfast/contract";
import { Button } from "@/ui/button";
import { notify } from "@/ui/notices";
import { TextField } from "@/ui/text-field";
import { accountRequest } from "../account-request";
import { faultsOf, newPasswordFault, passwordFault } from "../checks";
import { FormMessage } from "../form-message";
import { textOf, useAccountForm } from "../use-account-form";
import styles from "./settings.module.css";

export function PasswordForm() {
  const { errors, message, isBusy, finish, formProps } = useAccountForm({
    check: (values) =>
      faultsOf({
        currentPassword: passwordFault(textOf(values, "currentPassword")),
        newPassword: newPasswordFault(textOf(values, "newPassword")),
      }),
    send: (values) =>
      accountRequest("POST", "/api/auth/change-password", {
        currentPassword: textOf(values, "currentPassword"),
        newPassword: textOf(values, "newPassword"),
        revokeOtherSessions: true,
      }),
    onDone: (_, form) => {
      finish();
      form?.reset();
      notify("Your password is changed. Other devices are signed out.");
    },
  });

  return (
    <form {...formProps} className={styles.fields}>
      <FormMessage>{message}</FormMessage>
      <TextField
        label="Current password"
        name="currentPassword"
        type="password"
        autoComplete="current-password"
        error={errors["currentPassword"]}
      />
      <TextField
        label="New password"
        name="newPassword"
        type="password"
        autoComplete="new-password"
        hint={`At least ${limits.passwordMinLength} characters. Other devices are signed out.`}
        error={errors["newPassword"]}
      />
      <Button type="submit" busy={isBusy}>
        Change password
      </Button>
    </form>
  );
}
