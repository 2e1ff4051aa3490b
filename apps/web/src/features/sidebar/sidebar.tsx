"use client";

import type { ConversationSummary, Person } from "@holdfast/contract";
import { Anchor, PanelLeft, Search, SquarePen } from "lucide-react";
import type { ConversationPage } from "@/trpc/conversation-pages";
import { AppLink } from "@/ui/app-link";
import { IconButton } from "@/ui/icon-button";
import { KeyHint } from "@/ui/key-hint";
import { ConversationList } from "./conversation-list";
import { PersonFooter } from "./person-footer";
import styles from "./sidebar.module.css";

export interface SidebarProps {
  /** False where it is not known who is here: then nothing is said of them. */
  isAvailable: boolean;
  person: Person | null;
  initialList: ConversationPage | null;
  initialPinned: ConversationSummary[] | null;
  /** The conversation that is open, or null on /new. */
  openId: string | null;
  /** The server's clock and the person's time zone as far as it is known, for the first paint. */
  clock: { now: string; timeZone: string };
  isApple: boolean;
  onSearch(): void;
  onClose(): void;
}

export function Sidebar({ isAvailable, person, isApple, onSearch, onClose, ...list }: SidebarProps) {
  return (
    <section aria-label="Sidebar" className={styles.sidebar}>
      <div className={styles.brand}>
        <Anchor size={18} aria-hidden className={styles.anchor} />
        Holdfast
        <IconButton label="Close sidebar" className={styles.close} onClick={onClose}>
          <PanelLeft size={18} aria-hidden />
        </IconButton>
      </div>
      <div className={styles.actions}>
        <AppLink href="/new" className={styles.action}>
          <SquarePen size={18} aria-hidden />
          New chat
          <KeyHint keys="mod+shift+O" isApple={isApple} />
        </AppLink>
        <button type="button" className={styles.action} onClick={onSearch}>
          <Search size={18} aria-hidden />
          Search
          <KeyHint keys="mod+K" isApple={isApple} />
        </button>
      </div>
      <ConversationList {...list} isAvailable={isAvailable} person={person} />
      {isAvailable && <PersonFooter person={person} />}
    </section>
  );
}
