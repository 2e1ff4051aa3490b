import type { ReactNode } from "react";
import styles from "./explanation.module.css";

interface MessagePageProps {
  title: string;
  text: string;
  /** Beside the way back. */
  children?: ReactNode;
}

export function MessagePage({ title, text, children }: MessagePageProps) {
  return (
    <main className={styles.explanation}>
      <title>{`${title} · Holdfast`}</title>
      <h1>{title}</h1>
      <p>{text}</p>
      <div className={styles.ways}>
        {children}
        <a href="/" className={styles.way}>
          Back to the chat
        </a>
      </div>
    </main>
  );
}
