/** What `show` shows. Texts, and nothing else. */

export const table = `Tables are aligned by their second line:

| Tide | Height | Good for |
| :--- | ---: | :---: |
| Low | 0.4 m | shells |
| Rising | 1.9 m | launching |
| High | 3.2 m | swimming |

\`:---\` is left, \`---:\` right and \`:---:\` the middle.`;

export const code = `A piece of code, with its language after the three backticks:

\`\`\`ts
/** Words in the order in which they first appear, with how often they do. */
function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.toLowerCase().match(/\\p{L}+/gu) ?? []) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
\`\`\`

And a little of it within a line: \`countWords("to be or not to be")\`.`;

export const math = `Formulas stand between dollar signs: $e^{i\\pi} + 1 = 0$ within a line, or on their own:

$$
\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi}
$$`;

export const everything = `Answers here are written in **Markdown**. What that looks like:

## Headings
A line that begins with \`##\`.

## Emphasis
*Italic* with one star, **bold** with two, ~~struck~~ with two tildes, \`code\` with backticks.

## Lists
- with a dash
- one below the other
  - and one level deeper

1. or with numbers
2. in their order

- [x] done
- [ ] still to do

## Quotes
> A line that begins with \`>\` is somebody else's.

## Links
[An address](https://example.org) opens in a new tab.

## Tables
| Mark | Meaning |
| --- | --- |
| \`#\` | heading |
| \`>\` | quote |

## Code
\`\`\`js
const greeting = ["hold", "fast"].join("");
\`\`\`

## Math
$a^2 + b^2 = c^2$

What *you* write is always shown as you typed it.`;

export const story: readonly string[] = [
  "On a coast where the maps disagreed there was a harbour so small that ships found it only when they had lost something. Its keeper was an old woman called Ines, who wrote down every boat that came in, every rope, every crate and every word that was shouted across the water, in books that filled a house from the cellar to the roof.",
  "One autumn a young sailor came in with a broken mast and a bad temper. He wanted wood, nails and silence, and he got all three. In the evening, while the glue dried, he asked what the books were for. “For the day somebody asks,” said Ines. “Nobody ever asks on the day itself.”",
  "He laughed at that, as people do who have not yet lost anything that matters. But the storm stayed for a week, and by the third day he had read the whole winter of a year before he was born: who had mended which sail, what the herring had cost, how a cabin boy had learned to whistle from a parrot that swore in Portuguese.",
  "On the fifth day he found a name he knew. It was his grandfather's, spelled wrong, beside a line that said: *left a letter, will come back for it.* He read it twice. Then he carried the lamp across the yard, through rain that came from the side, and knocked until Ines opened.",
  "She did not ask which letter. She went to a shelf, counted along it with one finger, and took out an envelope that the years had turned the colour of tea. “He was a man who meant what he said,” she told him, “but the sea had other plans. So I kept it. That is all that keeping is: you do not let go first.”",
  "The letter was short. It spoke of a boat that was to be built, of a debt that was to be forgiven, and of a girl in the next village who made the best bread on the coast. The young man read it by the window until the lamp had no more oil. In the morning he asked whether the village was far.",
];

export const storyEnd =
  "When the wind had turned he sailed round the headland with a new mast and the letter inside his coat. In the book for that day it says, in a firm hand: *one boat out, mended; one letter delivered, forty years late; weather clearing.* And below it, a little smaller: *worth the shelf.*";
