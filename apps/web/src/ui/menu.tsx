"use client";

import { Check } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type RefObject, useLayoutEffect, useRef } from "react";
import { classNames } from "./class-names";
import styles from "./menu.module.css";
import { useStable } from "./use-latest";

export interface MenuItem {
  /** Its accessible name; also what typing finds. */
  label: string;
  icon?: ReactNode;
  /** Where one of several is chosen. */
  checked?: boolean;
  danger?: boolean;
  onSelect(): void;
}

interface MenuProps {
  label: string;
  items: MenuItem[];
  /** What opened it: the menu stands beside it, and gives the focus back to it. */
  anchor: RefObject<HTMLElement | null>;
  onClose(): void;
}

/** A menu that is open for as long as it is rendered: arrows, Home, End, typing, Escape. */
export function Menu({ label, items, anchor, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: "", at: 0 });
  const close = useStable(onClose);

  useLayoutEffect(() => {
    const element = menu.current;
    const opener = anchor.current;
    if (!element || !opener) return;
    element.showPopover();
    place(element, opener);
    const itemElements = itemsOf(element);
    (itemElements.find((item) => item.ariaChecked === "true") ?? itemElements[0])?.focus();
    const closeApart = (event: Event) => {
      if (event.target instanceof Node && event.target.contains(opener)) close();
    };
    window.addEventListener("resize", close);
    window.addEventListener("scroll", closeApart, true);
    return () => {
      window.removeEventListener("resize", close);
      window.removeEventListener("scroll", closeApart, true);
      // Only if the focus would be lost: what was chosen may have moved it already.
      if (element.contains(document.activeElement)) opener.focus({ preventScroll: true });
    };
  }, [anchor, close]);

  function move(event: KeyboardEvent<HTMLDivElement>) {
    const all = itemsOf(event.currentTarget);
    const at = all.indexOf(document.activeElement as HTMLElement); // -1 for anything else
    const next = nextIndex(event, at, all, typed.current);
    if (event.key === "Escape" || event.key === "Tab") {
      onClose();
    } else if (next === null) {
      return;
    } else {
      all[next]?.focus();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div
      ref={menu}
      role="menu"
      aria-label={label}
      popover="auto"
      tabIndex={-1}
      className={styles.menu}
      onKeyDown={move}
      onToggle={(event) => {
        if (event.newState === "closed") onClose();
      }}
    >
      {items.map((item) => (
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: aria-checked is set with menuitemradio only.
        <button
          key={item.label}
          type="button"
          role={item.checked === undefined ? "menuitem" : "menuitemradio"}
          aria-checked={item.checked}
          tabIndex={-1}
          className={classNames(styles.item, item.danger && styles.danger)}
          onMouseMove={(event) => event.currentTarget.focus({ preventScroll: true })}
          onClick={() => {
            onClose();
            item.onSelect();
          }}
        >
          {item.icon}
          <span className={styles.label}>{item.label}</span>
          {item.checked && <Check size={16} aria-hidden className={styles.check} />}
        </button>
      ))}
    </div>
  );
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];
}

const typingPauseMs = 600;

function nextIndex(
  event: KeyboardEvent,
  at: number,
  items: HTMLElement[],
  typed: { text: string; at: number },
): number | null {
  const last = items.length - 1;
  switch (event.key) {
    case "ArrowDown":
      return at >= last ? 0 : at + 1;
    case "ArrowUp":
      return at <= 0 ? last : at - 1;
    case "Home":
      return 0;
    case "End":
      return last;
  }
  if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey || event.altKey) return null;
  typed.text = event.timeStamp - typed.at > typingPauseMs ? event.key : typed.text + event.key;
  typed.at = event.timeStamp;
  const text = typed.text.toLocaleLowerCase();
  const from = typed.text.length === 1 ? at + 1 : at;
  for (let step = 0; step <= last; step++) {
    const index = (Math.max(from, 0) + step) % items.length;
    if (items[index]?.textContent.trim().toLocaleLowerCase().startsWith(text)) return index;
  }
  return null;
}

const gap = 4;
const margin = 8;

/** Under the opener, its right edge to the opener's; above it where there is no room, and never off the screen. */
function place(menu: HTMLElement, opener: HTMLElement) {
  const from = opener.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = from.bottom + gap;
  const top = below + height + margin <= window.innerHeight ? below : Math.max(margin, from.top - gap - height);
  const preferred = from.left + width + margin <= window.innerWidth ? from.left : from.right - width;
  const left = Math.min(Math.max(margin, preferred), window.innerWidth - width - margin);
  menu.style.top = `${top}px`;
  menu.style.left = `${left}px`;
}
