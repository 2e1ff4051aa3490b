/** Puts the cursor into the message box, wherever it is drawn. Returns whether there is one. */
export function focusComposer(): boolean {
  const composer = document.querySelector<HTMLElement>("[aria-label='Message']");
  composer?.focus();
  return composer !== null;
}

/** Where one is about to write. Not on a phone: there a focus would bring up the keyboard. */
export function focusComposerUnlessOnPhone(): void {
  if (canTypeAtOnce()) focusComposer();
}

export function canTypeAtOnce(): boolean {
  return window.matchMedia("(pointer: fine)").matches;
}
