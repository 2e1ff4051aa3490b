const strong = /\p{L}/u;
const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u;
const tickedBox = /\[x\]/gi;

/**
 * By the first letter, as `dir="auto"` has it, which passes over all that has a `dir` of its own: a list whose items
 * have one would go by none of them. Undefined where there is no letter: it then goes as what it stands in.
 */
export function directionOf(markdown: string): "ltr" | "rtl" | undefined {
  const letter = strong.exec(markdown.replace(tickedBox, ""))?.[0];
  if (letter === undefined) return undefined;
  return rightToLeft.test(letter) ? "rtl" : "ltr";
}
