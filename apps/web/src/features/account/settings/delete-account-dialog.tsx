"use client";

import { useState } from "react";
import { leave } from "@/trpc/sign-out";
import { AlertDialog } from "@/ui/alert-dialog";
import { TextField } from "@/ui/text-field";
import { accountRequest } from "../account-request";
import { textOf } from "../use-account-form";

export default function DeleteAccountDialog({ isGuest, onClose }: { isGuest: boolean; onClose(): void }) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function confirm(values: FormData) {
    setBusy(true);
    const password = textOf(values, "password");
    const answer = await accountRequest("POST", "/api/account/delete", password ? { password } : {});
    if (answer.ok) return leave();
    setBusy(false);
    const isWrongPassword = answer.failure.issues.some((issue) => issue.path === "password");
    setFailure(isWrongPassword ? wrongPassword(password) : answer.failure.message);
    document.querySelector<HTMLElement>("dialog[open] input")?.focus();
  }

  return (
    <AlertDialog
      title={isGuest ? "Delete everything kept here?" : "Delete your account?"}
      description="All conversations, messages and tasks are deleted with it. This action cannot be undone."
      action="Delete account"
      busy={isBusy}
      onConfirm={(values) => void confirm(values)}
      onClose={onClose}
    >
      {isGuest ? (
        failure && <p role="alert">{failure}</p>
      ) : (
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          error={failure}
          autoFocus
        />
      )}
    </AlertDialog>
  );
}

function wrongPassword(password: string): string {
  return password ? "This is not your password." : "Fill in your password.";
}
