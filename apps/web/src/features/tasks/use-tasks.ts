"use client";

import type { Person, Task } from "@holdfast/contract";
import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTRPC, useTRPCClient } from "@/trpc/client";
import { notify } from "@/ui/notices";
import { tasksKey } from "./initial-tasks";
import { type Change, type ChangeUnderWay, type ReadList, stillDue, withChanges } from "./task-list";

/** Beside the list, for what is under way outlives the panel, and so does what was refused. */
const changesKey = ["tasks under way"];
const refusedKey = ["tasks refused"];
const none: ChangeUnderWay[] = [];
const noTitles: string[] = [];

/** Counts what happens: which of two things was first is all that is asked. */
let moment = 0;

/** The person's tasks, changed here before the server has said yes; taken back where it says no. */
export function useTasks(person: Person | null) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const key = tasksKey(trpc);
  const { data: list } = useQuery<ReadList>({
    queryKey: key,
    enabled: person !== null,
    queryFn: async ({ signal }) => {
      moment += 1;
      const readFrom = moment;
      return { tasks: await client.task.list.query(undefined, { signal }), readFrom };
    },
  });
  const { data: changes = none } = useQuery<ChangeUnderWay[]>({ queryKey: changesKey, queryFn: skipToken });

  const { data: refused = noTitles } = useQuery<string[]>({ queryKey: refusedKey, queryFn: skipToken });

  /** What could not be added, where there is no room to give it back. */
  function setRefused(next: (titles: string[]) => string[]) {
    queryClient.setQueryData<string[]>(refusedKey, (before) => next(before ?? noTitles));
  }

  function setChanges(next: (changes: ChangeUnderWay[]) => ChangeUnderWay[]) {
    queryClient.setQueryData<ChangeUnderWay[]>(changesKey, (before) => next(before ?? none));
  }

  function readAgain() {
    // A first reading that is under way began before the answer; it alone is not given up for a new one.
    if (queryClient.getQueryData(key) === undefined)
      void queryClient.cancelQueries({ queryKey: key }, { silent: true });
    void queryClient.invalidateQueries({ queryKey: key });
    // The first action has made a guest of the visitor.
    if (person === null) void queryClient.invalidateQueries({ queryKey: trpc.account.me.queryKey() });
  }

  async function make(change: Change, run: () => Promise<Task | undefined>, words: string): Promise<boolean> {
    moment += 1;
    const changeKey = String(moment);
    const read = queryClient.getQueryData<ReadList>(key);
    setChanges((before) => [...stillDue(before, read), { key: changeKey, change, answeredAt: null }]);
    try {
      const task = await run();
      moment += 1;
      const answeredAt = moment;
      const answered = change.kind === "add" && task ? { ...change, task } : change;
      setChanges((before) =>
        before.map((one) => (one.key === changeKey ? { ...one, change: answered, answeredAt } : one)),
      );
      return true;
    } catch {
      setChanges((before) => before.filter((one) => one.key !== changeKey));
      notify(words);
      return false;
    } finally {
      readAgain();
    }
  }

  return {
    tasks: withChanges(list, changes),
    refused,
    setRefused,
    add: (title: string) =>
      make(
        { kind: "add", title, known: list?.tasks.map((task) => task.id) ?? [], at: new Date().toISOString() },
        () => client.task.add.mutate({ title }),
        "The task could not be added. Try again.",
      ),
    update: (id: string, update: { title?: string; completed?: boolean }) =>
      make(
        { kind: "update", id, update },
        () => client.task.update.mutate({ id, ...update }),
        "The task could not be changed. Try again.",
      ),
    remove: (id: string) =>
      make(
        { kind: "remove", id },
        async () => {
          await client.task.delete.mutate({ id });
          return undefined;
        },
        "The task could not be deleted. Try again.",
      ),
  };
}
