/** The door: `createApi` and the types that clients need. */
export type { Api, ApiLimits, ApiOptions, Caller, Log, Tracer } from "./api.ts";
export { createApi } from "./http/create-api.ts";
export { createMailer } from "./identity/mail.ts";
export type { AppRouter } from "./routers/app-router.ts";
export type { ErrorData } from "./trpc.ts";
export type { TurnWatchEvent } from "./turns/turns.ts";
