interface Candidate {
  /** Called when this tab becomes the leader; what it returns ends the leadership. */
  lead(): () => void;
}

/**
 * One of a browser's tabs leads, by a Web Lock that passes on when its holder closes. A tab that the browser is about to
 * freeze gives it up, for it could answer nobody. Without locks (plain http) every tab leads itself.
 */
export function standForLeader(name: string, { lead }: Candidate): { takeOver(): void; withdraw(): void } {
  let stopLeading: (() => void) | null = null;
  let waiting: AbortController | null = null;

  function become(release: () => void) {
    const stop = lead();
    stopLeading = () => {
      stopLeading = null;
      stop();
      release();
    };
  }

  function stand(steal = false) {
    if (stopLeading || waiting) return;
    if (!navigator.locks) return become(() => {});
    const controller = new AbortController();
    waiting = controller;
    void navigator.locks
      .request(name, steal ? { steal: true } : { signal: controller.signal }, () => {
        waiting = null;
        if (controller.signal.aborted) return;
        return new Promise<void>(become);
      })
      .catch(() => {
        // Withdrawn while waiting, or another tab took over because this one did not answer.
        if (controller.signal.aborted) return;
        waiting = null;
        stopLeading?.();
        stand();
      });
  }

  function stepDown() {
    waiting?.abort();
    waiting = null;
    stopLeading?.();
  }

  const onReturn = () => stand();
  document.addEventListener("freeze", stepDown);
  document.addEventListener("resume", onReturn);
  window.addEventListener("pagehide", stepDown);
  window.addEventListener("pageshow", onReturn);
  stand();
  return {
    takeOver() {
      if (stopLeading || !navigator.locks) return;
      waiting?.abort();
      waiting = null;
      stand(true);
    },
    withdraw() {
      document.removeEventListener("freeze", stepDown);
      document.removeEventListener("resume", onReturn);
      window.removeEventListener("pagehide", stepDown);
      window.removeEventListener("pageshow", onReturn);
      stepDown();
    },
  };
}
