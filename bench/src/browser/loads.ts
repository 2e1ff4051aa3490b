import type { Browser, BrowserContext, Page } from "@playwright/test";
import { probeScript } from "./probe.ts";
import type { Visitor, VisitorConversation } from "./visitor.ts";

export interface Load {
  shownMs: number;
  scriptKiB: number;
  scripts: number;
  htmlKiB: number;
  elements: number;
  shift: number;
}

const viewport = { width: 1280, height: 800 };

export async function newContext(browser: Browser, visitor: Visitor): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport });
  await context.addCookies(visitor.cookies);
  return context;
}

/** Opens a conversation in `context`; cold if that is new, warm otherwise. */
export async function openConversation(
  context: BrowserContext,
  url: string,
  conversation: VisitorConversation,
): Promise<{ page: Page; load: Load }> {
  const page = await context.newPage();
  await page.addInitScript({ content: probeScript(conversation.newestMessageId) });
  const transferred = countTransfers(page);
  await page.goto(`${url}/c/${conversation.id}`, { waitUntil: "load" });
  await page.waitForFunction(() => holdfastBench.shownAt !== null, undefined, { timeout: 60_000 });
  await page.waitForLoadState("networkidle", { timeout: 3_000 }).catch(() => undefined); // the live feed may keep it busy
  const noted = await page.evaluate(() => ({
    shownMs: holdfastBench.shownAt ?? Number.NaN,
    elements: document.querySelectorAll("*").length,
    shift: holdfastBench.shift,
  }));
  return { page, load: { ...noted, ...(await transferred()) } };
}

/** Clicks a conversation in the sidebar; milliseconds until its newest message has been painted. */
export async function switchTo(page: Page, conversation: VisitorConversation): Promise<number> {
  const link = page.locator(`nav a[href="/c/${conversation.id}"]`).first();
  await link.waitFor();
  return link.evaluate(
    (element, id) =>
      new Promise<number>((resolve) => {
        const clickedAt = performance.now();
        (element as HTMLElement).click();
        holdfastBench.whenShown(id, (time) => resolve(time - clickedAt));
      }),
    conversation.newestMessageId,
  );
}

/** Encoded sizes, as they came over the network; what came out of a cache counts nothing. */
function countTransfers(page: Page): () => Promise<Pick<Load, "scriptKiB" | "scripts" | "htmlKiB">> {
  const sizes: Promise<{ type: string; bytes: number }>[] = [];
  page.on("requestfinished", (request) => {
    const type = request.resourceType();
    if (type !== "script" && type !== "document") return;
    sizes.push(
      request.sizes().then(
        ({ responseBodySize }) => ({ type, bytes: Math.max(0, responseBodySize) }),
        () => ({ type, bytes: 0 }),
      ),
    );
  });
  return async () => {
    const all = await Promise.all(sizes);
    const total = (type: string) => all.filter((one) => one.type === type).reduce((sum, one) => sum + one.bytes, 0);
    const scripts = all.filter((one) => one.type === "script" && one.bytes > 0).length;
    return { scriptKiB: total("script") / 1024, scripts, htmlKiB: total("document") / 1024 };
  };
}
