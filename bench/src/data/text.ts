/** Words that the search rows look for. */
export const rareWord = "xylograph";
export const commonWord = "harbour";

/** A small linear congruential generator: the same data in every run, on every machine. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

export interface Passages {
  question(n: number): string;
  answer(n: number): string;
}

/** Prose with the word frequencies of a language (Zipf's law), some of the answers with Markdown. */
export function makePassages(): Passages {
  const random = randomOf(7);
  const words = Array.from({ length: 8_000 }, (_, n) => wordOf(n));
  const draw = () => words[Math.floor(words.length ** random()) - 1] ?? "the";
  const sentence = () => {
    const text = Array.from({ length: 5 + Math.floor(random() * 12) }, draw).join(" ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  };
  const sentences = (count: number) => Array.from({ length: count }, sentence).join(" ");
  const questions = Array.from({ length: 2_000 }, () => sentences(1));
  const answers = Array.from({ length: 6_000 }, (_, n) => answerOf(n, sentences));
  return {
    question: (n) => `${at(questions, n)} ${n % 2 === 0 ? commonWord : "quay"} ${n}?`,
    answer: (n) => `${at(answers, n)} ${n}`,
  };
}

function answerOf(n: number, sentences: (count: number) => string): string {
  if (n % 10 === 0) return `${sentences(2)}\n\n- **First** ${sentences(1)}\n- ${sentences(1)}\n\n${sentences(1)}`;
  if (n % 25 === 1)
    return `${sentences(1)}\n\n\`\`\`js\nconst tide = ${n};\nconsole.log(tide);\n\`\`\`\n\n${sentences(1)}`;
  return sentences(1 + (n % 6));
}

function at(list: readonly string[], n: number): string {
  return list[(Math.imul(n, 2_654_435_761) % list.length) >>> 0] ?? list[n % list.length] ?? "";
}

/** Pronounceable and unique: the number in syllables. */
function wordOf(n: number): string {
  const syllables = [
    "ka",
    "lo",
    "mi",
    "ren",
    "tus",
    "va",
    "shi",
    "po",
    "den",
    "ur",
    "el",
    "ga",
    "fo",
    "ni",
    "sa",
    "te",
  ];
  let word = "";
  for (let rest = n + 16; rest > 0; rest = Math.floor(rest / 16)) word += syllables[rest % 16] ?? "";
  return word;
}
