"use client";

import { useConnection } from "@/trpc/live/live-provider";
import styles from "./conversation-screen.module.css";

const words = {
  offline: { name: "Offline", text: "What you send is kept, and goes when the network is back." },
  reconnecting: { name: "Reconnecting", text: "Holdfast does not answer just now. Nothing is lost." },
};

export function ConnectionNotice() {
  const connection = useConnection();
  if (connection === "online") return null;
  const { name, text } = words[connection];
  return (
    <div role="status" aria-label={name} className={styles.connection}>
      <b>{name}</b> <span>{text}</span>
    </div>
  );
}
