import { codePointLength, isBlank, limits } from "@holdfast/contract";

/** What is wrong with a field, as a sentence; null where nothing is. */

export function nameFault(name: string): string | null {
  if (isBlank(name)) return "Say what you would like to be called.";
  if (codePointLength(name) > limits.nameLength) return `Use at most ${limits.nameLength} characters.`;
  return null;
}

export function emailFault(email: string): string | null {
  if (isBlank(email)) return "Fill in your email address.";
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim()) ? null : "This does not look like an email address.";
}

export function newPasswordFault(password: string): string | null {
  const length = codePointLength(password);
  if (length < limits.passwordMinLength) return `Use at least ${limits.passwordMinLength} characters.`;
  if (length > limits.passwordMaxLength) return `Use at most ${limits.passwordMaxLength} characters.`;
  return null;
}

export function passwordFault(password: string): string | null {
  return password === "" ? "Fill in your password." : null;
}

/** Those that have a fault, by field. */
export function faultsOf(faults: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(faults).filter((entry): entry is [string, string] => entry[1] !== null));
}
