import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { createRefresher } from "./refresh";

/** A list that is read slowly: each reading answers, when it is let, with what was there when it began. */
function slowList(path = ["task", "list"]) {
  const list = { now: ["Buy milk"], readings: [] as (() => void)[] };
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false } },
  });
  const queryKey = [path, { type: "query" }];
  const observer = new QueryObserver<string[]>(client, {
    queryKey,
    queryFn: () => {
      const then = [...list.now];
      return new Promise((resolve) => list.readings.push(() => resolve(then)));
    },
  });
  const end = observer.subscribe(() => {});
  return { list, client, end, shown: () => client.getQueryData(queryKey) };
}

it.each(["first", "later"])(
  "R-WEB-3: a change during the %s reading is not lost to what that reading had seen",
  async (which) => {
    const { list, client, end, shown } = slowList();
    const refresher = createRefresher(client);
    if (which === "later") {
      list.readings.shift()?.();
      await expect.poll(shown).toEqual(["Buy milk"]);
      void client.invalidateQueries();
    }
    await expect.poll(() => list.readings.length).toBe(1);
    list.now.push("Call mum");
    refresher.onEvent({ type: "tasks-changed" });
    await expect.poll(() => list.readings.length).toBe(2);
    for (const answer of list.readings) answer();
    await expect.poll(shown).toEqual(["Buy milk", "Call mum"]);
    refresher.stop();
    end();
    client.clear();
  },
);

it("R-CONV-5: what a search found while it was being deleted is not shown any longer than that", async () => {
  const { list, client, end, shown } = slowList(["search", "find"]);
  const refresher = createRefresher(client);
  list.readings.shift()?.();
  await expect.poll(shown).toEqual(["Buy milk"]);
  list.now = [];
  refresher.onEvent({ type: "conversation-changed", conversationId: crypto.randomUUID(), change: "deleted" });
  await expect.poll(() => list.readings.length).toBe(1);
  list.readings.shift()?.();
  await expect.poll(shown).toEqual([]);
  refresher.stop();
  end();
  client.clear();
});
