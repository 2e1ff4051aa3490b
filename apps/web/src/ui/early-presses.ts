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
  /** Buttons, and for Enter the message box, whose Send may not be there yet. */
  const pressed = new Map<Element, Event>();
  const listening = new AbortController();
  // Before React, which lets an event go no further as long as it waits for code to take the page over with.
  const options = { capture: true, signal: listening.signal };
  const messageBox = (target: EventTarget | null) =>
    target instanceof HTMLTextAreaElement && target.id === "message" ? target : null;
  const send = () => document.querySelector("button[aria-label=Send]");
  addEventListener(
    "click",
    (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      // React itself keeps a form that is sent early.
      if (button?.type === "button") pressed.set(button, event);
    },
    options,
  );
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing || event.keyCode === 229) return;
      const box = messageBox(event.target);
      if (!box) return;
      event.preventDefault();
      pressed.set(box, event);
    },
    options,
  );
  // Whoever writes on has not said the last word.
  addEventListener(
    "input",
    ({ target }) => {
      if (!messageBox(target)) return;
      for (const element of pressed.keys()) if (element === target || element === send()) pressed.delete(element);
    },
    options,
  );
  window.takeEarlyPresses = () => {
    listening.abort();
    // An event that is still on its way has made React take the page over, and is heard there.
    const over = [...pressed].filter(([, event]) => event.eventPhase === Event.NONE);
    pressed.clear();
    const buttons = over.map(([element]) => (messageBox(element) ? send() : element));
    return [...new Set(buttons)].filter((button) => button instanceof HTMLButtonElement);
  };
}
