"use client";

import { X } from "lucide-react";
import { Dialog } from "@/ui/dialog";
import { IconButton } from "@/ui/icon-button";
import { keyText } from "@/ui/key-hint";
import styles from "./help-dialog.module.css";

const groups = [
  {
    title: "Everywhere",
    keys: [
      ["mod+shift+O", "New chat"],
      ["mod+K", "Search"],
      ["mod+B", "Show or hide the sidebar"],
      ["shift+escape", "Go to the message box"],
      ["mod+/", "These keys"],
    ],
  },
  {
    title: "Writing",
    keys: [
      ["enter", "Send"],
      ["shift+enter", "Begin a new line"],
      ["up", "Recall your last message, in an empty box"],
      ["escape", "Close, cancel an edit, or stop the answer"],
    ],
  },
] as const;

export default function HelpDialog({ isApple, onClose }: { isApple: boolean; onClose(): void }) {
  return (
    <Dialog aria-labelledby="help-title" onClose={onClose}>
      <header className={styles.header}>
        <h2 id="help-title">Keys</h2>
        <IconButton label="Close" onClick={onClose}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      {groups.map((group) => (
        <section key={group.title} className={styles.group}>
          <h3>{group.title}</h3>
          <dl>
            {group.keys.map(([keys, what]) => (
              <div key={keys} className={styles.line}>
                <dt>{what}</dt>
                <dd>
                  <kbd>{keyText(keys, isApple)}</kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
