import type { Task } from "@holdfast/contract";
import { Task as TaskEntity } from "./entities/index.ts";
import { NotFoundError } from "./errors.ts";
import type { Scope } from "./scope.ts";
import type { UserStore } from "./types.ts";

type TaskStore = Pick<UserStore, "listTasks" | "addTask" | "updateTask" | "removeTask" | "importTask">;

/** Whoever shows the tasks hears of every change from a trigger: the tool server changes them past this store. */
export function taskStore({ userId, connections }: Scope): TaskStore {
  return {
    async listTasks() {
      const tasks = await connections.withUser(userId, (manager) =>
        manager.find(TaskEntity, { where: { userId }, order: { completed: "ASC", createdAt: "ASC", id: "ASC" } }),
      );
      return tasks.map(plainTask);
    },

    async addTask({ title, description = "" }) {
      return connections.withUser(userId, async (manager) => {
        const { identifiers } = await manager.insert(TaskEntity, { userId, title, description });
        return plainTask(await manager.findOneByOrFail(TaskEntity, { userId, id: identifiers[0]?.id }));
      });
    },

    async updateTask(id, change) {
      return connections.withUser(userId, async (manager) => {
        await manager.update(TaskEntity, { userId, id }, { ...change, updatedAt: () => "greatest(updated_at, now())" });
        const task = await manager.findOneBy(TaskEntity, { userId, id });
        if (!task) throw new NotFoundError("There is no such task.");
        return plainTask(task);
      });
    },

    async removeTask(id) {
      const { affected } = await connections.withUser(userId, (manager) => manager.delete(TaskEntity, { userId, id }));
      if (!affected) throw new NotFoundError("There is no such task.");
    },

    async importTask(task) {
      return connections.withUser(userId, async (manager) => {
        const { title, description, completed } = task;
        const times = { createdAt: new Date(task.createdAt), updatedAt: new Date(task.updatedAt) };
        const { identifiers } = await manager.insert(TaskEntity, { userId, title, description, completed, ...times });
        return plainTask(await manager.findOneByOrFail(TaskEntity, { userId, id: identifiers[0]?.id }));
      });
    },
  };
}

function plainTask({ id, title, description, completed, createdAt, updatedAt }: TaskEntity): Task {
  return {
    id,
    title,
    description,
    completed,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
