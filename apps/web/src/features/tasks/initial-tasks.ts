"use client";

import type { Task } from "@holdfast/contract";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/trpc/client";
import type { ReadList } from "./task-list";

/** Where the list is kept; under the procedure's key, so that what says that the tasks have changed reaches it. */
export function tasksKey(trpc: ReturnType<typeof useTRPC>): readonly unknown[] {
  return [...trpc.task.list.queryKey(), "read"];
}

/**
 * Keeps the tasks that came with the page for as long as it lives, whether their panel is open or not: what changes
 * before it opens marks them as to be read again.
 */
export function useInitialTasks(tasks: Task[] | null): void {
  const queryClient = useQueryClient();
  const key = tasksKey(useTRPC());
  useState(() => {
    queryClient.setQueryDefaults(key, { gcTime: Number.POSITIVE_INFINITY });
    if (tasks) queryClient.setQueryData<ReadList>(key, { tasks, readFrom: 0 });
  });
}
