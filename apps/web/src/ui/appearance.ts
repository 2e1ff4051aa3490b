import { cookieNames, remember, type TextSize, type Theme, themes } from "./preferences";

/** The document's own attributes are the state: what is shown, and what is remembered, follow them. */
export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  remember(cookieNames.theme, theme);
}

export function setTextSize(size: TextSize): void {
  document.documentElement.dataset.textSize = size;
  remember(cookieNames.textSize, size);
}

/** From what is seen now to its opposite. */
export function switchTheme(): void {
  const theme = currentTheme();
  const isDark = theme === "dark" || (theme === "system" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  setTheme(isDark ? "light" : "dark");
}

function currentTheme(): Theme {
  return themes.find((theme) => theme === document.documentElement.dataset["theme"]) ?? "system";
}
