"use client";

import { CopyButton } from "@/ui/copy-button";
import { EditMessage } from "./edit-message";
import type { PromptEntry } from "./entries";
import { MessageAction } from "./message-action";
import styles from "./message-log.module.css";
import type { Branch } from "./use-branch";

interface PromptProps {
  entry: PromptEntry;
  isTarget: boolean;
  branch: Branch;
}

/** What a person sent, as they typed it: nothing of it is rendered. */
export function Prompt({ entry, isTarget, branch }: PromptProps) {
  const { key, messageId, position, text, sending } = entry;
  const isEditing = branch.editing === messageId && position !== null;
  return (
    <article
      data-entry={key}
      data-role="user"
      data-message-id={messageId}
      data-sending={sending ?? undefined}
      data-target={isTarget || undefined}
      className={styles.prompt}
    >
      {isEditing ? (
        <EditMessage
          text={text}
          kept={branch.text()}
          onKeep={branch.keep}
          onCancel={branch.cancel}
          onSubmit={(edited) => branch.submit(position, edited)}
        />
      ) : (
        <>
          <div className={styles.bubble} dir="auto">
            {text}
          </div>
          <div className={styles.actions}>
            {sending ? (
              <small>{sendingWords[sending]}</small>
            ) : (
              <>
                <CopyButton text={text} label="Copy" className={styles.action} />
                {position !== null && (
                  <MessageAction label="Edit in a new branch" glyph="edit" onClick={() => branch.edit(messageId)} />
                )}
              </>
            )}
          </div>
        </>
      )}
    </article>
  );
}

const sendingWords = {
  sending: "Sending…",
  waiting: "Waiting for the connection",
  stopping: "Stopping…",
} as const;
