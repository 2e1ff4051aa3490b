import type { ComponentProps } from "react";
import styles from "./button.module.css";
import { classNames } from "./class-names";

interface ButtonProps extends ComponentProps<"button"> {
  look?: "primary" | "outline" | "quiet" | "danger";
  /** Under way: the button stays focusable, and says so. */
  busy?: boolean;
}

export function Button({ look = "outline", busy = false, className, type = "button", onClick, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={busy || undefined}
      className={classNames(styles.button, styles[look], className)}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    />
  );
}
