import { Anchor, ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { Notices } from "@/ui/notices";
import styles from "./layout.module.css";

export default function AccountLayout({ children }: { children: ReactNode }) {
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <a href="/" className={styles.back}>
          <ArrowLeft size={18} aria-hidden />
          Back to the chat
        </a>
        <span className={styles.brand}>
          <Anchor size={18} aria-hidden className={styles.anchor} />
          Holdfast
        </span>
      </header>
      {children}
      <Notices />
    </div>
  );
}
