"use client";

import { useCallback, useEffect, useState } from "react";
import { Button } from "@/ui/button";
import { accountRequest } from "../account-request";
import { deviceName } from "./device-name";
import { Section } from "./section";
import styles from "./settings.module.css";

interface Session {
  id: string;
  current: boolean;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  userAgent: string | null;
  address: string | null;
}

export function SessionsSection() {
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  const load = useCallback(async () => {
    const answer = await accountRequest<{ sessions: Session[] }>("GET", "/api/account/sessions");
    if (answer.ok) setSessions(answer.data.sessions);
    setFailure(answer.ok ? null : answer.failure.message);
    return answer.ok;
  }, []);

  useEffect(() => {
    void load(); // its failure is shown
  }, [load]);

  async function end(path: string) {
    const answer = await accountRequest("DELETE", path);
    const wasRead = await load();
    if (wasRead && !answer.ok && answer.failure.status !== 404) setFailure(answer.failure.message);
  }

  const others = sessions?.filter((session) => !session.current) ?? [];
  return (
    <Section title="Devices" lead="Where you are signed in.">
      {sessions && (
        <ul className={styles.sessions}>
          {sessions.map((session) => (
            <li key={session.id} className={styles.session}>
              <div>
                {deviceName(session.userAgent)}
                <p className={styles.detail}>
                  {session.current ? "This device" : `Last used ${dayOf(session.lastUsedAt)}`}
                </p>
              </div>
              {!session.current && (
                <Button
                  aria-label={`Sign out ${deviceName(session.userAgent)}`}
                  onClick={() => void end(`/api/account/sessions/${session.id}`)}
                >
                  Sign out
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {others.length > 1 && <Button onClick={() => void end("/api/account/sessions")}>Sign out all others</Button>}
      <div role="status">{failure && <p className={styles.failed}>{failure}</p>}</div>
      {failure && !sessions && <Button onClick={() => void load()}>Show the devices</Button>}
    </Section>
  );
}

function dayOf(iso: string): string {
  return new Date(iso).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
}
