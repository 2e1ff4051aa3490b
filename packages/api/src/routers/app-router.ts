import { accountRouter } from "../account/account-router.ts";
import { router } from "../trpc.ts";
import { conversationRouter } from "./conversation.ts";
import { liveRouter } from "./live.ts";
import { messageRouter } from "./message.ts";
import { modelRouter } from "./model.ts";
import { searchRouter } from "./search.ts";
import { taskRouter } from "./task.ts";
import { turnRouter } from "./turn.ts";

export const appRouter = router({
  account: accountRouter,
  conversation: conversationRouter,
  live: liveRouter,
  message: messageRouter,
  model: modelRouter,
  search: searchRouter,
  task: taskRouter,
  turn: turnRouter,
});

export type AppRouter = typeof appRouter;
