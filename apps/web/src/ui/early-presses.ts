declare global {
  interface Window {
    /** The buttons that were pressed before the page was interactive, in order; from then on nothing is remembered. */
    takeEarlyPresses?: () => HTMLButtonElement[];
  }
}

/**
 * Runs in the page before anything else: a button that is pressed before React has its page is pressed when it does, and
 * Enter in the message box is its Send. Sent to the browser as its own source, so it may use nothing from outside.
 */
export function rememberEarlyPresses(): void {
  const pressed = new Set<HTMLButtonElement>();
  const listening = new AbortController();
  const { signal } = listening;
  const isMessage = (target: EventTarget | null) => target instanceof HTMLElement && target.id === "message";
  const send = () => document.querySelector<HTMLButtonElement>("button[aria-label=Send]");
  const press = (button: HTMLButtonElement | null) => button && pressed.add(button);
  // While they bubble, when React has had them: an event that made it take the page over is not done twice.
  addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      // React itself keeps a form that is sent early.
      if (button?.type === "button") press(button);
    },
    { signal },
  );
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing || event.keyCode === 229) return;
      if (!isMessage(event.target)) return;
      event.preventDefault();
      press(send());
    },
    { signal },
  );
  // Whoever writes on has not said the last word.
  addEventListener(
    "input",
    ({ target }) => {
      const unsent = isMessage(target) && send();
      if (unsent) pressed.delete(unsent);
    },
    { signal },
  );
  window.takeEarlyPresses = () => {
    listening.abort();
    const taken = [...pressed];
    pressed.clear();
    return taken;
  };
}
