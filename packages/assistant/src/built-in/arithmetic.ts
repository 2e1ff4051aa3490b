import type { Conversation, Reply } from "./conversation.ts";
import { pointOf } from "./phrases.ts";

/** Sums, because everybody tries one. */
export function arithmetic({ now }: Conversation): Reply | null {
  const asked = pointOf(now.asked)
    .replace(/^(?:what(?:'?s| is)|how much is|calculate|compute|add|=)\s+/iu, "")
    .replace(/\s*=\s*$/u, "");
  const sum = asked
    .replace(/\bplus\b|\band\b/giu, "+")
    .replace(/\bminus\b/giu, "-")
    .replace(/\btimes\b|×|·/giu, "*")
    .replace(/\bdivided by\b|÷|:/giu, "/");
  if (!/\d\s*[-+*/%^]\s*[\d(-]/u.test(sum) || !/^[\d\s.+*/%^()-]{3,200}$/u.test(sum)) return null;
  const value = evaluate(sum);
  if (value === null) return null;
  if (!Number.isFinite(value)) return { text: "That has no result: it divides by zero, or is too large." };
  return { text: `${sum.replace(/\s+/gu, " ").replaceAll("*", "×").trim()} = **${Number(value.toPrecision(12))}**` };
}

/** A sum of products of powers, by recursive descent. Null for what is no expression. */
function evaluate(text: string): number | null {
  const tokens = text.match(/\d+(?:\.\d+)?|[-+*/%^()]/gu) ?? [];
  let at = 0;

  function chain(operators: string, operand: () => number): number {
    let value = operand();
    for (let operator = tokens[at]; operator !== undefined && operators.includes(operator); operator = tokens[at]) {
      at++;
      value = apply(operator, value, operand());
    }
    return value;
  }
  const sum = (): number => chain("+-", product);
  const product = (): number => chain("*/%", power);
  function power(): number {
    const base = atom();
    if (tokens[at] !== "^") return base;
    at++;
    return base ** power();
  }
  function atom(): number {
    const token = tokens[at++];
    if (token === "-") return -atom();
    if (token === "(") {
      const value = sum();
      return tokens[at++] === ")" ? value : Number.NaN;
    }
    return token === undefined ? Number.NaN : Number(token);
  }

  const value = sum();
  return at === tokens.length && !Number.isNaN(value) ? value : null;
}

function apply(operator: string, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0 ? Number.POSITIVE_INFINITY : a / b;
    default:
      return b === 0 ? Number.POSITIVE_INFINITY : a % b;
  }
}
