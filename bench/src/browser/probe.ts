/** What the page is told to note of itself, before any script of its own runs. Text, for it runs in the page. */
export function probeScript(messageId: string): string {
  return `
    globalThis.__name ??= (value) => value;
    const bench = (globalThis.holdfastBench = { shownAt: null, longTasks: [], keys: [], shift: 0 });
    bench.isShown = (id) => {
      const element = document.querySelector('[data-message-id="' + id + '"]');
      if (!element) return false;
      const box = element.getBoundingClientRect();
      return box.height > 0 && box.bottom > 0 && box.top < innerHeight;
    };
    // Seen in one frame, it has been painted by the next.
    bench.whenShown = (id, done) => {
      const look = () => requestAnimationFrame(() => (bench.isShown(id) ? requestAnimationFrame(() => done(performance.now())) : look()));
      look();
    };
    bench.whenShown(${JSON.stringify(messageId)}, (time) => (bench.shownAt = time));
    const observe = (type, note, options = {}) => {
      try {
        new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...options });
      } catch {}
    };
    observe("longtask", (entry) => bench.longTasks.push({ at: entry.startTime, ms: entry.duration }));
    observe("layout-shift", (entry) => { if (!entry.hadRecentInput) bench.shift += entry.value; });
    observe("event", (entry) => { if (entry.name === "keydown") bench.keys.push({ at: entry.startTime, ms: entry.duration }); }, { durationThreshold: 16 });
  `;
}

/** The same, as the code that reads it sees it. */
export interface Probe {
  shownAt: number | null;
  longTasks: { at: number; ms: number }[];
  /** Only those of 16 ms and more, in steps of 8, as the browser tells them. */
  keys: { at: number; ms: number }[];
  shift: number;
  whenShown(id: string, done: (time: number) => void): void;
}

declare global {
  var holdfastBench: Probe;
}
