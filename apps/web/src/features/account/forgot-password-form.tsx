"use client";

import { useState } from "react";
import { TextField } from "@/ui/text-field";
import { AccountForm } from "./account-form";
import { accountRequest } from "./account-request";
import { emailFault, faultsOf } from "./checks";
import styles from "./form.module.css";
import { textOf, useAccountForm } from "./use-account-form";

/** `isExpired`: the person comes from a link that is no good any more. */
export function ForgotPasswordForm({ isExpired }: { isExpired: boolean }) {
  const [isSent, setSent] = useState(false);
  const form = useAccountForm({
    check: (values) => faultsOf({ email: emailFault(textOf(values, "email")) }),
    send: (values) =>
      accountRequest("POST", "/api/auth/request-password-reset", {
        email: textOf(values, "email").trim(),
        redirectTo: "/reset-password",
      }),
    explain: ({ status }) =>
      status === 404 ? "This server sends no mail. Ask whoever runs it to set a new password for you." : null,
    onDone: () => {
      form.finish();
      setSent(true);
    },
  });

  return (
    <>
      <AccountForm
        form={form}
        heading="Set a new password"
        lead={
          isExpired
            ? "This link has been used or has expired. We send you another."
            : "We send you a link that lets you choose one."
        }
        submit="Send the link"
      >
        <div role="status">
          {isSent && <p className={styles.done}>If there is an account with this email, the link is on its way.</p>}
        </div>
        <TextField label="Email" name="email" type="email" autoComplete="email" error={form.errors["email"]} />
      </AccountForm>
      <p className={styles.other}>
        <a href="/sign-in">Back to sign in</a>
      </p>
    </>
  );
}
