/** Puts the cursor into the message box, wherever it is drawn. Returns whether there is one. */
export function focusComposer(): boolean {
  const composer = document.querySelector<HTMLElement>("[aria-label='Message']");
  composer?.focus();
  return composer !== null;
}
