import styles from "./signed-out-notice.module.css";

/** The session ended elsewhere, or with time. What is on the page stays to be read, what was typed stays to be sent. */
export function SignedOutNotice({ wasGuest }: { wasGuest: boolean }) {
  return (
    <div role="alert" className={styles.notice}>
      {wasGuest ? "Your visit as a guest has ended." : "You have been signed out."} What you typed is kept.
      {wasGuest ? <a href="/new">Begin a new one</a> : <a href="/sign-in">Sign in again</a>}
    </div>
  );
}
