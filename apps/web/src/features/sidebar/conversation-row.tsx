"use client";

import type { ConversationSummary } from "@holdfast/contract";
import { Download, Ellipsis, GitBranch, Pencil, Pin, PinOff, Trash2 } from "lucide-react";
import { memo, useRef } from "react";
import { AppLink } from "@/ui/app-link";
import { classNames } from "@/ui/class-names";
import { Menu, type MenuItem } from "@/ui/menu";
import styles from "./conversation-row.module.css";
import { RenameField } from "./rename-field";
import type { RowActivity } from "./use-active-row";

interface ConversationRowProps {
  conversation: ConversationSummary;
  isOpen: boolean;
  /** So many rows above it are left out of the document; their space is kept. */
  rowsBefore: number;
  position: number;
  count: number;
  activity: RowActivity | null;
  /** A name that was given to it and could not be saved. */
  refusedTitle: string | null;
  onBegin(id: string, activity: RowActivity): void;
  onEnd(id: string, activity: RowActivity): void;
  onRename(conversation: ConversationSummary, title: string | null): void;
  onPin(conversation: ConversationSummary, pinned: boolean): void;
  onDelete(conversation: ConversationSummary): void;
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { conversation, isOpen, rowsBefore, position, count, activity, refusedTitle, onBegin, onEnd, onRename } = props;
  const { id } = conversation;
  const link = useRef<HTMLAnchorElement>(null);
  const options = useRef<HTMLButtonElement>(null);

  function finishRenaming(title: string | null, isByKey: boolean) {
    onRename(conversation, title);
    onEnd(id, "renaming");
    // Whoever has left the field for elsewhere stays there. The link is drawn again first.
    if (isByKey) requestAnimationFrame(() => link.current?.focus({ preventScroll: true }));
  }

  const mark = markOf(conversation, isOpen);
  return (
    <li
      className={classNames(styles.row, isOpen && styles.open, activity === "menu" && styles.active)}
      aria-posinset={position}
      aria-setsize={count}
      style={rowsBefore > 0 ? { marginBlockStart: `calc(var(--row) * ${rowsBefore})` } : undefined}
    >
      {activity === "renaming" ? (
        <RenameField title={conversation.title} begun={refusedTitle} onDone={finishRenaming} />
      ) : (
        <AppLink
          ref={link}
          href={`/c/${id}`}
          className={styles.link}
          aria-current={isOpen ? "page" : undefined}
          data-conversation={id}
          dir="auto"
          draggable={false}
        >
          {conversation.title}
        </AppLink>
      )}
      {mark === "running" && <span role="img" aria-label="Being answered" className={styles.pulse} />}
      {mark === "unread" && <span role="img" aria-label="Unread" className={styles.unread} />}
      {mark === "pinned" && <Pin size={16} aria-hidden className={styles.pin} />}
      {mark === "branch" && <GitBranch size={14} role="img" aria-label="Branch" className={styles.branch} />}
      {activity !== "renaming" && (
        <button
          ref={options}
          type="button"
          className={styles.options}
          aria-label={`Options for ${conversation.title}`}
          aria-haspopup="menu"
          aria-expanded={activity === "menu"}
          onClick={() => (activity === "menu" ? onEnd(id, "menu") : onBegin(id, "menu"))}
        >
          <Ellipsis size={16} aria-hidden />
        </button>
      )}
      {activity === "menu" && (
        <Menu
          label={`Options for ${conversation.title}`}
          anchor={options}
          items={menuItems(props, () => onBegin(id, "renaming"))}
          onClose={() => onEnd(id, "menu")}
        />
      )}
    </li>
  );
});

function menuItems({ conversation, onPin, onDelete }: ConversationRowProps, onRename: () => void): MenuItem[] {
  const isPinned = conversation.pinnedAt !== null;
  return [
    { label: "Rename", icon: <Pencil size={16} aria-hidden />, onSelect: onRename },
    {
      label: isPinned ? "Unpin" : "Pin",
      icon: isPinned ? <PinOff size={16} aria-hidden /> : <Pin size={16} aria-hidden />,
      onSelect: () => onPin(conversation, !isPinned),
    },
    { label: "Export", icon: <Download size={16} aria-hidden />, onSelect: () => downloadMarkdown(conversation.id) },
    { label: "Delete", icon: <Trash2 size={16} aria-hidden />, danger: true, onSelect: () => onDelete(conversation) },
  ];
}

/** Of the open one only what tells it from the conversation that it was branched from, whose title it has. */
function markOf({ running, messageCount, readPosition, pinnedAt, forkedFrom }: ConversationSummary, isOpen: boolean) {
  if (running && !isOpen) return "running";
  if (messageCount > readPosition && !isOpen) return "unread";
  if (pinnedAt !== null && !isOpen) return "pinned";
  return forkedFrom === null ? null : "branch";
}

function downloadMarkdown(conversationId: string) {
  const link = document.createElement("a");
  link.href = `/api/account/export?format=markdown&conversationId=${conversationId}`;
  link.download = "";
  link.click();
}
