"use client";

import { limits } from "@holdfast/contract";
import { TextField } from "@/ui/text-field";
import { AccountForm } from "./account-form";
import { accountRequest } from "./account-request";
import { emailFault, faultsOf, nameFault, newPasswordFault } from "./checks";
import { OtherWays } from "./other-ways";
import { textOf, useAccountForm } from "./use-account-form";

export function SignUpForm({ keepsGuest }: { keepsGuest: boolean }) {
  const form = useAccountForm({
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
      <AccountForm
        form={form}
        heading="Create an account"
        lead={
          keepsGuest
            ? "Everything you have here stays, and you can reach it from any device."
            : "Your conversations are kept, and you can reach them from any device."
        }
        submit="Create account"
      >
        <TextField label="Name" name="name" autoComplete="name" error={form.errors["name"]} />
        <TextField label="Email" name="email" type="email" autoComplete="email" error={form.errors["email"]} />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          hint={`At least ${limits.passwordMinLength} characters.`}
          error={form.errors["password"]}
        />
      </AccountForm>
      <OtherWays>
        <span>
          Have an account? <a href="/sign-in">Sign in</a>
        </span>
      </OtherWays>
    </>
  );
}
