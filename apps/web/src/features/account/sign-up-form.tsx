"use client";

import { limits } from "@holdfast/contract";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/text-field";
import { accountRequest } from "./account-request";
import { emailFault, faultsOf, nameFault, newPasswordFault } from "./checks";
import styles from "./form.module.css";
import { FormMessage } from "./form-message";
import { OtherWays } from "./other-ways";
import { textOf, useAccountForm } from "./use-account-form";

export function SignUpForm({ keepsGuest }: { keepsGuest: boolean }) {
  const { errors, message, isBusy, formProps } = useAccountForm({
    check: (values) =>
      faultsOf({
        name: nameFault(textOf(values, "name")),
        email: emailFault(textOf(values, "email")),
        password: newPasswordFault(textOf(values, "password")),
      }),
    send: (values) =>
      accountRequest("POST", "/api/auth/sign-up/email", {
        name: textOf(values, "name").trim(),
        email: textOf(values, "email").trim(),
        password: textOf(values, "password"),
      }),
    explain: ({ status }) =>
      status === 409 ? { email: "There is an account with this email already. Sign in instead." } : null,
    onDone: () => window.location.assign("/"),
  });

  return (
    <>
      <form {...formProps} className={styles.form}>
        <h1 className={styles.heading}>Create an account</h1>
        <p className={styles.lead}>
          {keepsGuest
            ? "Everything you have here stays, and you can reach it from any device."
            : "Your conversations are kept, and you can reach them from any device."}
        </p>
        <FormMessage>{message}</FormMessage>
        <TextField label="Name" name="name" autoComplete="name" error={errors["name"]} />
        <TextField label="Email" name="email" type="email" autoComplete="email" error={errors["email"]} />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          hint={`At least ${limits.passwordMinLength} characters.`}
          error={errors["password"]}
        />
        <Button type="submit" look="primary" busy={isBusy} className={styles.submit}>
          Create account
        </Button>
      </form>
      <OtherWays>
        <span>
          Have an account? <a href="/sign-in">Sign in</a>
        </span>
      </OtherWays>
    </>
  );
}
