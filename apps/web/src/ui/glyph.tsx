/**
 * The icons that stand on every message: one element each, drawn once in the style sheet,
 * where an inline picture would be four elements for each of hundreds of buttons.
 */
import { classNames } from "./class-names";
import styles from "./glyph.module.css";

export type GlyphName = "check" | "copy" | "retry" | "edit" | "info";

export function Glyph({ name }: { name: GlyphName }) {
  return <i aria-hidden="true" className={classNames(styles.glyph, styles[name])} />;
}
