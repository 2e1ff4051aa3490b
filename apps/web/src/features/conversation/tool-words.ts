import type { Json } from "@holdfast/contract";

/** `add_task` → "Add task". */
export function toolWords(name: string): string {
  const words = name
    .replace(/[_-]+/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .trim()
    .toLowerCase();
  return words === "" ? "Tool" : words.charAt(0).toUpperCase() + words.slice(1);
}

/** The one thing among the arguments that tells this call from another, or "". */
export function toolGist(args: Json): string {
  if (!args || typeof args !== "object" || Array.isArray(args)) return "";
  for (const name of ["title", "name", "query", "text"]) {
    const value = args[name];
    if (typeof value === "string" && value.trim() !== "") return `“${value.trim()}”`;
  }
  return "";
}

/** For reading: text as it is, anything else as indented JSON. */
export function toReadable(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
