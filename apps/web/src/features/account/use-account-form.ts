"use client";

import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import type { AccountAnswer, AccountFailure } from "./account-request";

export type FieldErrors = Record<string, string>;

interface AccountFormOptions<Data> {
  /** What can be seen to be wrong before asking the server; by the name of the field. */
  check?(values: FormData): FieldErrors;
  send(values: FormData): Promise<AccountAnswer<Data>>;
  onDone(data: Data, form: HTMLFormElement | null): void;
  /** Words for failures that the server's own do not fit. */
  explain?(failure: AccountFailure): FieldErrors | string | null;
}

/** A form that is sent by fetch: errors stand at their fields, and the focus goes to the first. */
export function useAccountForm<Data>({ check, send, onDone, explain }: AccountFormOptions<Data>) {
  const [errors, setErrors] = useState<FieldErrors>({});
  const [message, setMessage] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [errors]);

  async function submit(values: FormData) {
    const faults = check?.(values) ?? {};
    setErrors(faults);
    setMessage(null);
    if (Object.keys(faults).length > 0) return;
    setBusy(true);
    const answer = await send(values);
    if (answer.ok) return onDone(answer.data, form.current);
    setBusy(false);
    const told = explain?.(answer.failure) ?? toldByServer(answer.failure);
    if (typeof told === "string") setMessage(told);
    else setErrors(told);
  }

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!isBusy) void submit(new FormData(event.currentTarget)); // what goes wrong is shown
  }

  const finish = useCallback(() => setBusy(false), []);

  return {
    errors,
    message,
    isBusy,
    finish,
    /** `action` is for a form that was sent before the page was interactive: React keeps it, and calls this then. */
    formProps: { ref: form, onSubmit, action: submit, noValidate: true } as const,
  };
}

function toldByServer({ issues, message }: AccountFailure): FieldErrors | string {
  if (issues.length === 0) return message;
  return Object.fromEntries(issues.map((issue) => [issue.path, sentence(issue.message)]));
}

/** Issues are worded to follow the name of their field; alone they begin with "It". */
function sentence(text: string): string {
  const worded = /^(must|is|has|may)\b/.test(text) ? `It ${text}` : text;
  return /[.!?]$/.test(worded) ? worded : `${worded}.`;
}

/** What `useAccountForm` gives a form to show. */
export type AccountFormState = ReturnType<typeof useAccountForm>;

export function textOf(values: FormData, name: string): string {
  const value = values.get(name);
  return typeof value === "string" ? value : "";
}
