"use client";

import type { Person, Task } from "@holdfast/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTRPC, useTRPCClient } from "@/trpc/client";
import { notify } from "@/ui/notices";
import { inOrder, withAdded, withChanged, without } from "./task-list";

/** The person's tasks, changed here before the server has said yes; taken back where it says no. */
export function useTasks(initial: Task[] | null, person: Person | null) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const key = trpc.task.list.queryKey();
  const { data } = useQuery(
    trpc.task.list.queryOptions(undefined, { enabled: person !== null, ...(initial && { initialData: initial }) }),
  );

  async function change(
    optimistic: (tasks: Task[]) => Task[],
    run: () => Promise<unknown>,
    words: string,
  ): Promise<boolean> {
    // Not awaited: a box must not be seen unticked in between. What was being read is given up at once.
    void queryClient.cancelQueries({ queryKey: key });
    queryClient.setQueryData(key, (tasks) => optimistic(tasks ?? []));
    try {
      await run();
      return true;
    } catch {
      notify(words);
      return false;
    } finally {
      if (person !== null) void queryClient.invalidateQueries({ queryKey: key });
      // The first action has made a guest of the visitor.
      else void queryClient.invalidateQueries({ queryKey: trpc.account.me.queryKey() });
    }
  }

  return {
    tasks: inOrder(data ?? []),
    add: (title: string) =>
      change(
        (tasks) => withAdded(tasks, title, String(Date.now())),
        () => client.task.add.mutate({ title }),
        "The task could not be added. Try again.",
      ),
    update: (id: string, update: { title?: string; completed?: boolean }) =>
      change(
        (tasks) => withChanged(tasks, id, update),
        () => client.task.update.mutate({ id, ...update }),
        "The task could not be changed. Try again.",
      ),
    remove: (id: string) =>
      change(
        (tasks) => without(tasks, id),
        () => client.task.delete.mutate({ id }),
        "The task could not be deleted. Try again.",
      ),
  };
}
