import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
  type Tool,
} from "@modelcontextprotocol/sdk/types.js";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";
import { z } from "zod";
import type { TaskDatabase } from "./task-store.ts";
import { TokenError } from "./tokens.ts";
import { ToolProblem, taskTools } from "./tools.ts";

export interface TaskServerOptions {
  database: TaskDatabase;
  /** Who is calling; asked for with every call. Throws `TokenError` for a token that proves nothing. */
  caller(): Promise<string>;
  log(event: string, error: unknown): void;
}

const listed: Tool[] = taskTools.map((tool) => ({
  name: tool.name,
  description: tool.description,
  inputSchema: z.toJSONSchema(tool.input, { io: "input" }) as Tool["inputSchema"], // of an object, so `type` is "object"
  annotations: { readOnlyHint: tool.readOnly, destructiveHint: tool.name === "delete_task", openWorldHint: false },
}));

/** Expensive to make, and every server has to have one. */
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/** The MCP server of the task tools, for one connection. */
export function createTaskServer({ database, caller, log }: TaskServerOptions): Server {
  const server = new Server(
    { name: "holdfast-tasks", version: "1.0.0" },
    { capabilities: { tools: {} }, jsonSchemaValidator },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listed }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }): Promise<CallToolResult> => {
    const tool = taskTools.find(({ name }) => name === params.name);
    if (!tool) return problem(`There is no tool named ${params.name}.`);
    try {
      const store = database.forUser(await caller());
      const result = await tool.run(store, params.arguments ?? {});
      return { content: [{ type: "text", text: JSON.stringify(result) }], structuredContent: result };
    } catch (error) {
      if (error instanceof ToolProblem || error instanceof TokenError) return problem(error.message);
      // What PostgreSQL says is for the log: it names tables, columns and values.
      log("tool-failed", error);
      return problem("The task list is not available right now. Nothing was changed.");
    }
  });
  return server;
}

function problem(words: string): CallToolResult {
  return { content: [{ type: "text", text: words }], isError: true };
}
