/**
 * Takes a list apart: by lines, semicolons and commas; by "and" where it joins two things to do ("buy milk and call mum"),
 * not where it joins two words ("buy bread and butter"). Quoted text stays whole.
 */
export function itemsOf(text: string): string[] {
  const trimmed = text.trim();
  const quoted = /^["“](.+)["”]$/su.exec(trimmed)?.[1];
  if (quoted !== undefined && !/["“”]/u.test(quoted)) return [tidy(quoted)].filter(Boolean);

  const lines = trimmed.split(/\n+|;\s*/u).map((line) => line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/u, ""));
  if (lines.filter((line) => line.trim() !== "").length > 1) return lines.map(tidy).filter(Boolean);

  const byComma = protect(lines.join(" ")).split(/,\s+(?:and\s+|then\s+)?/iu);
  const items = byComma.flatMap((part, index) => splitAtAnd(part, byComma.length > 1 && index === byComma.length - 1));
  return items.map((item) => tidy(item.replaceAll("\u0001", ", "))).filter(Boolean);
}

/** Commas within quotes separate nothing. */
function protect(text: string): string {
  return text.replace(/["“][^"”]*["”]/gu, (quote) => quote.replaceAll(/,\s*/gu, "\u0001"));
}

const joint = /(\s+(?:and then|and also|and|then|&)\s+(?:to\s+)?)/iu;

function splitAtAnd(text: string, endsAList: boolean): string[] {
  const [first = "", ...rest] = text.split(joint);
  // "milk, eggs and bread": the last "and" of a list is a comma.
  const isComma = endsAList && !startsWithVerb(text);
  const items = [first];
  for (let at = 0; at < rest.length; at += 2) {
    const [and = "", part = ""] = rest.slice(at, at + 2);
    const last = items.length - 1;
    const beginsAnew = startsWithVerb(part) && /\s/u.test(items[last]?.trim() ?? "");
    if (isComma || beginsAnew) items.push(part);
    else items[last] += and + part;
  }
  return items;
}

function tidy(item: string): string {
  const bare = item
    .trim()
    .replace(/^["'“](.+)["'”]$/su, "$1")
    .replace(/[\s.,;]+$/u, "")
    .replace(/^(?:to|that i|and)\s+/iu, "")
    .trim();
  return bare === "" ? "" : bare.charAt(0).toUpperCase() + bare.slice(1);
}

function startsWithVerb(text: string): boolean {
  return verbs.has(/^[a-z]+/iu.exec(text.trim())?.[0].toLowerCase() ?? "");
}

/** What to-do lists begin with. */
const verbs = new Set(
  `answer apply arrange ask assemble back bake bath bathe book borrow bring brush build buy call cancel change charge check choose clean clear close
  collect complete congratulate contact cook copy create cut debug decide deliver deploy design do donate download draft draw drink drive drop dry
  dust eat email empty enrol exercise explain feed fetch fill find finish fix fold follow get give go grab hang help hire hoover install invite iron
  join keep learn leave listen look lose mail make measure meditate meet mend message move mow open order organise organize pack paint park pay phone
  pick plan plant play post practice practise prepare print publish put read record register remind renew rent repair replace reply report request
  research reserve return review ring rinse run save schedule see sell send set sew share shop shower sign skype sort speak start stop stretch study
  submit sweep swim take talk tell test text thank throw tidy train translate transfer try turn update upload vacuum visit wait walk wash watch water
  weigh wipe withdraw wrap write`.split(/\s+/u),
);
