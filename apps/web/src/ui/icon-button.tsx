import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names";
import styles from "./icon-button.module.css";

interface IconButtonProps extends Omit<ComponentProps<"button">, "aria-label" | "title" | "children"> {
  /** The accessible name, and the tooltip. */
  label: string;
  children: ReactNode;
}

export function IconButton({ label, className, type = "button", ...rest }: IconButtonProps) {
  return (
    <button {...rest} type={type} aria-label={label} title={label} className={classNames(styles.button, className)} />
  );
}
