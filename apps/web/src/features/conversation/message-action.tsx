import type { ComponentProps } from "react";
import { Glyph, type GlyphName } from "@/ui/glyph";
import styles from "./message-log.module.css";

interface MessageActionProps extends Pick<ComponentProps<"button">, "aria-expanded" | "aria-disabled" | "onClick"> {
  label: string;
  glyph: GlyphName;
}

/** One of the small buttons under a message. */
export function MessageAction({ label, glyph, ...rest }: MessageActionProps) {
  return (
    <button {...rest} type="button" className={styles.action} aria-label={label} title={label}>
      <Glyph name={glyph} />
    </button>
  );
}
