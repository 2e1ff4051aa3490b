"use client";

import { Button } from "@/ui/button";
import { notify } from "@/ui/notices";
import { TextField } from "@/ui/text-field";
import { accountRequest } from "../account-request";
import { faultsOf, nameFault } from "../checks";
import { FormMessage } from "../form-message";
import { textOf, useAccountForm } from "../use-account-form";
import styles from "./settings.module.css";

export function NameForm({ name }: { name: string }) {
  const { errors, message, isBusy, finish, formProps } = useAccountForm({
    check: (values) => faultsOf({ name: nameFault(textOf(values, "name")) }),
    send: (values) => accountRequest("POST", "/api/auth/update-user", { name: textOf(values, "name").trim() }),
    onDone: () => {
      finish();
      notify("Your name is saved.");
    },
  });

  return (
    <form {...formProps} className={styles.fields}>
      <FormMessage>{message}</FormMessage>
      <TextField label="Name" name="name" autoComplete="name" defaultValue={name} error={errors["name"]} />
      <Button type="submit" busy={isBusy}>
        Save name
      </Button>
    </form>
  );
}
