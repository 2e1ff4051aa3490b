"use client";

import { Anchor, PanelLeft, Search, SquarePen } from "lucide-react";
import { AppLink } from "@/ui/app-link";
import { focusComposerUnlessOnPhone } from "@/ui/focus-composer";
import { IconButton } from "@/ui/icon-button";
import { KeyHint } from "@/ui/key-hint";
import { startNewChat } from "@/ui/new-chat";
import { ConversationList, type ConversationListProps } from "./conversation-list";
import { PersonFooter } from "./person-footer";
import styles from "./sidebar.module.css";

export interface SidebarProps extends ConversationListProps {
  isApple: boolean;
  onSearch(): void;
  /** The pointer or the focus is at the button. */
  onNearSearch(): void;
  onClose(): void;
}

export function Sidebar({ isAvailable, person, isApple, onSearch, onNearSearch, onClose, ...list }: SidebarProps) {
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
        <AppLink href="/new" className={styles.action} onFollow={goToNewChat}>
          <SquarePen size={18} aria-hidden />
          New chat
          <KeyHint keys="mod+shift+O" isApple={isApple} />
        </AppLink>
        <button
          type="button"
          className={styles.action}
          onClick={onSearch}
          onPointerEnter={onNearSearch}
          onFocus={onNearSearch}
        >
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

function goToNewChat() {
  startNewChat();
  focusComposerUnlessOnPhone();
}
