import type { ReactNode } from "react";
import { Button } from "@/ui/button";
import styles from "./form.module.css";
import { FormMessage } from "./form-message";
import type { AccountFormState } from "./use-account-form";

interface AccountFormProps {
  form: AccountFormState;
  heading: string;
  lead?: string | null;
  /** What led here. */
  notice?: string | null;
  submit: string;
  children: ReactNode;
}

/** A page that is one form: signing in and up, and what to do without a password. */
export function AccountForm({ form, heading, lead, notice, submit, children }: AccountFormProps) {
  return (
    <form {...form.formProps} className={styles.form}>
      <h1 className={styles.heading}>{heading}</h1>
      {lead && <p className={styles.lead}>{lead}</p>}
      {notice && <p className={styles.done}>{notice}</p>}
      <FormMessage>{form.message}</FormMessage>
      {children}
      <Button type="submit" look="primary" busy={form.isBusy} className={styles.submit}>
        {submit}
      </Button>
    </form>
  );
}
