import { themeCookie } from "@holdfast/contract";

/** What a browser remembers of how the page should look. Kept in cookies, so that the server's first paint is right. */
export interface Preferences {
  theme: Theme;
  textSize: TextSize;
  sidebarOpen: boolean;
  tasksOpen: boolean;
  /** The IANA name, or UTC until the browser has told. */
  timeZone: string;
}

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export const textSizes = ["small", "normal", "large"] as const;
export type TextSize = (typeof textSizes)[number];

export const cookieNames = {
  theme: themeCookie,
  textSize: "text-size",
  sidebar: "sidebar",
  tasks: "tasks",
  timeZone: "time-zone",
} as const;

export function readPreferences(cookie: (name: string) => string | undefined): Preferences {
  return {
    theme: themes.find((theme) => theme === cookie(cookieNames.theme)) ?? "system",
    textSize: textSizes.find((size) => size === cookie(cookieNames.textSize)) ?? "normal",
    sidebarOpen: cookie(cookieNames.sidebar) !== "closed",
    tasksOpen: cookie(cookieNames.tasks) === "open",
    timeZone: validTimeZone(cookie(cookieNames.timeZone)),
  };
}

const aYearInSeconds = 365 * 24 * 60 * 60;

export function remember(name: (typeof cookieNames)[keyof typeof cookieNames], value: string): void {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
  document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${aYearInSeconds}; SameSite=Lax${secure}`;
}

function validTimeZone(name: string | undefined): string {
  if (!name) return "UTC";
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name;
  } catch {
    return "UTC";
  }
}
