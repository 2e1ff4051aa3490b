import { Section } from "./section";
import styles from "./settings.module.css";

/** In place of everything that depends on who it is. */
export function UnknownSection() {
  return (
    <Section
      title="Account"
      lead="Holdfast cannot reach its database, so it cannot tell who you are. Nothing is lost: try again in a moment."
    >
      <div className={styles.row}>
        <a href="/settings" className={styles.asButton}>
          Try again
        </a>
      </div>
    </Section>
  );
}
