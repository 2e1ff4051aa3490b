"use client";

import { useRef, useState } from "react";
import { Button } from "@/ui/button";
import { accountRequest } from "../account-request";
import { Section } from "./section";
import styles from "./settings.module.css";

interface Token {
  token: string;
  expiresAt: string;
}

export function TokenSection() {
  const [token, setToken] = useState<Token | null>(null);
  const [said, setSaid] = useState<{ text: string; isFailure: boolean } | null>(null);
  const field = useRef<HTMLInputElement>(null);

  async function create() {
    const answer = await accountRequest<Token>("POST", "/api/auth/token");
    setToken(answer.ok ? answer.data : null);
    setSaid(answer.ok ? null : { text: answer.failure.message, isFailure: true });
  }

  async function copy(text: string) {
    try {
      await navigator.clipboard.writeText(text);
      setSaid({ text: "Copied.", isFailure: false });
    } catch {
      field.current?.select();
      setSaid({ text: "Press Ctrl+C or ⌘C to copy it.", isFailure: false });
    }
  }

  return (
    <Section
      title="API token"
      lead={
        <>
          For programs that act for you. It is shown once and works for an hour; how to use it is in the{" "}
          <a href="/docs/api" className={styles.link}>
            API documentation
          </a>
          .
        </>
      }
    >
      {token && (
        <div className={styles.token}>
          <input ref={field} readOnly aria-label="API token" value={token.token} onFocus={(e) => e.target.select()} />
          <Button onClick={() => void copy(token.token)}>Copy token</Button>
        </div>
      )}
      <Button onClick={() => void create()}>{token ? "Create another" : "Create a token"}</Button>
      <div role="status">
        {said && <p className={said.isFailure ? styles.failed : styles.done}>{said.text}</p>}
        {token && !said && <p className={styles.detail}>It ends at {timeOf(token.expiresAt)}.</p>}
      </div>
    </Section>
  );
}

function timeOf(iso: string): string {
  return new Date(iso).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit" });
}
