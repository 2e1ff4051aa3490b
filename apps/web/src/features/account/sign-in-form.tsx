"use client";

import { TextField } from "@/ui/text-field";
import { AccountForm } from "./account-form";
import { accountRequest } from "./account-request";
import { emailFault, faultsOf, passwordFault } from "./checks";
import { OtherWays } from "./other-ways";
import { textOf, useAccountForm } from "./use-account-form";

interface SignInFormProps {
  /** Something to say first: a password that was set anew, a provider that refused. */
  notice: string | null;
  movesGuest: boolean;
}

export function SignInForm({ notice, movesGuest }: SignInFormProps) {
  const form = useAccountForm({
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
      <AccountForm
        form={form}
        heading="Sign in"
        lead={movesGuest ? "What you have as a guest comes with you." : null}
        notice={notice}
        submit="Sign in"
      >
        <TextField label="Email" name="email" type="email" autoComplete="email" error={form.errors["email"]} />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          error={form.errors["password"]}
        />
      </AccountForm>
      <OtherWays offersReset>
        <span>
          New here? <a href="/sign-up">Create an account</a>
        </span>
      </OtherWays>
    </>
  );
}
