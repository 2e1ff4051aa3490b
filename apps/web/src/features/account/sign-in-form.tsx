"use client";

import { Button } from "@/ui/button";
import { TextField } from "@/ui/text-field";
import { accountRequest } from "./account-request";
import { emailFault, faultsOf, passwordFault } from "./checks";
import styles from "./form.module.css";
import { FormMessage } from "./form-message";
import { OtherWays } from "./other-ways";
import { textOf, useAccountForm } from "./use-account-form";

interface SignInFormProps {
  /** Something to say first: a password that was set anew, a provider that refused. */
  notice: string | null;
  movesGuest: boolean;
}

export function SignInForm({ notice, movesGuest }: SignInFormProps) {
  const { errors, message, isBusy, formProps } = useAccountForm({
    check: (values) =>
      faultsOf({
        email: emailFault(textOf(values, "email")),
        password: passwordFault(textOf(values, "password")),
      }),
    send: (values) =>
      accountRequest("POST", "/api/auth/sign-in/email", {
        email: textOf(values, "email").trim(),
        password: textOf(values, "password"),
      }),
    explain: ({ status }) => (status === 401 ? "The email or the password is not right." : null),
    onDone: () => window.location.assign("/"),
  });

  return (
    <>
      <form {...formProps} className={styles.form}>
        <h1 className={styles.heading}>Sign in</h1>
        {movesGuest && <p className={styles.lead}>What you have as a guest comes with you.</p>}
        {notice && <p className={styles.done}>{notice}</p>}
        <FormMessage>{message}</FormMessage>
        <TextField label="Email" name="email" type="email" autoComplete="email" error={errors["email"]} />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          error={errors["password"]}
        />
        <Button type="submit" look="primary" busy={isBusy} className={styles.submit}>
          Sign in
        </Button>
      </form>
      <OtherWays offersReset>
        <span>
          New here? <a href="/sign-up">Create an account</a>
        </span>
      </OtherWays>
    </>
  );
}
