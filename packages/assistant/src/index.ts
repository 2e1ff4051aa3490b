/** Models, the loop of a turn, the built-in assistant, and tools over MCP. */
export { type AssistantOptions, createAssistant } from "./assistant.ts";
export { connectToolBox, createToolBoxes, noTools, type ToolServer } from "./tool-box.ts";
export type { TurnLimits } from "./turn.ts";
export type * from "./types.ts";
