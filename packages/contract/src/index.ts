/** What browser and server agree on. Nothing here needs zod: the schemas have a door of their own, `./schemas`. */
export * from "./errors.ts";
export * from "./headers.ts";
export * from "./json.ts";
export * from "./limits.ts";
export * from "./model.ts";
export * from "./text.ts";
export * from "./turn.ts";
export * from "./turn-ids.ts";
export * from "./uuid.ts";
