import styles from "./key-hint.module.css";

/** Keys as people read them: "⌘⇧O" on Apple's devices, "Ctrl+Shift+O" elsewhere. `mod` is ⌘ or Ctrl. */
export function KeyHint({ keys, isApple }: { keys: string; isApple: boolean }) {
  return (
    <kbd className={styles.hint} aria-hidden>
      {keyText(keys, isApple)}
    </kbd>
  );
}

const appleSigns: Record<string, string> = { mod: "⌘", shift: "⇧", escape: "esc", up: "↑", enter: "↵" };
const otherSigns: Record<string, string> = { mod: "Ctrl", shift: "Shift", escape: "Esc", up: "↑", enter: "Enter" };

export function keyText(keys: string, isApple: boolean): string {
  const signs = isApple ? appleSigns : otherSigns;
  return keys
    .split("+")
    .map((key) => signs[key] ?? key)
    .join(isApple ? "" : "+");
}
