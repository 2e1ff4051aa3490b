"use client";

import type { ConversationSummary, Person } from "@holdfast/contract";
import { Anchor, PanelLeft, Search, SquarePen } from "lucide-react";
import type { KeyboardEvent, Ref } from "react";
import type { ConversationPage } from "@/trpc/conversation-pages";
import { AppLink } from "@/ui/app-link";
import { IconButton } from "@/ui/icon-button";
import { KeyHint } from "@/ui/key-hint";
import { ConversationList } from "./conversation-list";
import { PersonFooter } from "./person-footer";
import styles from "./sidebar.module.css";

export interface SidebarProps {
  ref?: Ref<HTMLElement>;
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

export function Sidebar({ ref, person, isApple, onSearch, onClose, ...list }: SidebarProps) {
  return (
    <nav ref={ref} aria-label="Conversations" className={styles.sidebar} onKeyDown={moveBetweenLinks}>
      <div className={styles.brand}>
        <Anchor size={18} aria-hidden className={styles.anchor} />
        Holdfast
        <IconButton label="Close sidebar" className={styles.close} onClick={onClose}>
          <PanelLeft size={18} aria-hidden />
        </IconButton>
      </div>
      <div className={styles.actions}>
        <AppLink href="/new" className={styles.action} aria-label="New chat">
          <SquarePen size={18} aria-hidden />
          New chat
          <KeyHint keys="mod+shift+O" isApple={isApple} />
        </AppLink>
        <button type="button" className={styles.action} aria-label="Search" onClick={onSearch}>
          <Search size={18} aria-hidden />
          Search
          <KeyHint keys="mod+K" isApple={isApple} />
        </button>
      </div>
      <ConversationList {...list} person={person} />
      <PersonFooter person={person} />
    </nav>
  );
}

/** The arrows go from link to link; Tab goes through everything as ever. */
function moveBetweenLinks(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const from = event.target;
  if (!step || event.defaultPrevented || !(from instanceof HTMLElement)) return;
  if (from instanceof HTMLInputElement || from.closest("[role=menu]")) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("a[data-conversation]")];
  const row = from.closest("li")?.querySelector<HTMLElement>("a[data-conversation]");
  const next = links[row ? links.indexOf(row) + step : 0];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
