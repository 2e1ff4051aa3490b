import styles from "./form.module.css";

/** What went wrong with the form as a whole. In the page from the start, so that it is announced. */
export function FormMessage({ children }: { children: string | null }) {
  return (
    <div role="alert" className={styles.place}>
      {children && <p className={styles.message}>{children}</p>}
    </div>
  );
}
