/** Starts the tool server, and mints the tokens it accepts. The server itself is a process of its own: `main.ts`. */
export { startTasksServer, type TasksServer, type TasksServerOptions, tasksMcpEntry } from "./start-tasks-server.ts";
export { createTaskTokens, type TaskTokens } from "./tokens.ts";
