import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Markdown } from "./markdown";

function render(text: string): string {
  return renderToStaticMarkup(<Markdown text={text} />);
}

describe("words without spaces around them", () => {
  it.each([
    ["https://example.com。后面", "https://example.com/", "https://example.com"],
    ["见https://example.com/a?b=1，还有", "https://example.com/a?b=1", "https://example.com/a?b=1"],
    ["（https://example.com/a）", "https://example.com/a", "https://example.com/a"],
    ["“https://example.com/a”", "https://example.com/a", "https://example.com/a"],
    ["http://。", null, null],
    [
      "https://zh.wikipedia.org/wiki/佐々木 x",
      "https://zh.wikipedia.org/wiki/%E4%BD%90%E3%80%85%E6%9C%A8",
      "https://zh.wikipedia.org/wiki/佐々木",
    ],
  ])("R-MSG-6: ends an address where its sentence goes on: %j", (text, href, name) => {
    const [, foundHref = null, foundName = null] = /<a href="([^"]*)"[^>]*>([^<]*)</.exec(render(text)) ?? [];
    expect([foundHref, foundName]).toEqual([href, name]);
    expect(render(text).replace(/<[^>]*>/g, "")).toBe(text);
  });

  it.each([
    ["**注意：**请看", "<strong>注意：</strong>请看"],
    ["请看**《红楼梦》**这本书", "请看<strong>《红楼梦》</strong>这本书"],
    ["请看**“红楼梦”**这本书", "请看<strong>“红楼梦”</strong>这本书"],
    ["**C++**是一种语言", "<strong>C++</strong>是一种语言"],
    ["**甲：**乙**丙：**丁", "<strong>甲：</strong>乙<strong>丙：</strong>丁"],
    ["**`代码`**的用法", '<strong><code class="CODE">代码</code></strong>的用法'],
    ["*「あ」*い", "<em>「あ」</em>い"],
    ["**스크립트(script)**라고", "<strong>스크립트(script)</strong>라고"],
    ["~~删除：~~后", "<del>删除：</del>后"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["a*b*c", "a<em>b</em>c"],
    ['a**"b"**c', "a**&quot;b&quot;**c"],
    ["*(a)*b", "*(a)*b"],
    ["*see $a*b$ there*", "<em>see <code>a*b</code> there</em>"],
  ])("R-MSG-6: emphasises %j", (text, inner) => {
    expect(render(text).replace(/code class="[^"]*"/, 'code class="CODE"')).toContain(`<p dir="auto">${inner}</p>`);
  });
});
