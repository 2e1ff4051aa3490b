import styles from "./signed-out-notice.module.css";

/** The session ended elsewhere, or with time. What is on the page stays to be read, what was typed stays to be sent. */
export function SignedOutNotice() {
  return (
    <div role="alert" className={styles.notice}>
      You have been signed out. What you typed is kept.
      <a href="/sign-in">Sign in again</a>
    </div>
  );
}
