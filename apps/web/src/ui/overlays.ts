/** Whether a dialog or a menu is open: keys belong to it then. */
export function isOverlayOpen(): boolean {
  return document.querySelector("dialog[open], :popover-open") !== null;
}
