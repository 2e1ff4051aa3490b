import { type ErrorCode, errorStatuses, limits } from "@holdfast/contract";
import * as schema from "@holdfast/contract/schemas";
import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import type { AppRouter } from "../routers/app-router.ts";
import { type RestRoute, restRoutes } from "./routes.ts";

/** The OpenAPI document of everything that programs may call, made from the procedures themselves. */
export function openApiDocument(router: AppRouter): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of restRoutes(router)) {
    const path = `/api/{user_id}${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Holdfast",
      version: "1",
      description:
        "Conversations that hold, for programs. `user_id` is your own id: the `sub` of your token. " +
        "Authenticate with a bearer token, or from a page of this site with its cookie. " +
        "Times are ISO 8601 in UTC; ids are UUIDs. Every error has the same shape.",
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }, { cookie: [] }],
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "HS256 over the secret of the installation; claims sub, exp, iss = holdfast, aud = holdfast-api. " +
            "POST /api/auth/token gives one to whoever is signed in.",
        },
        cookie: {
          type: "apiKey",
          in: "cookie",
          name: "holdfast.session_token",
          description: "Of a signed-in browser.",
        },
      },
    },
    paths: { ...paths, ...fixedPaths() },
  });
}

const errorBody = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(errorStatuses) as [ErrorCode, ...ErrorCode[]]), // an object's keys are typed as strings
      message: z.string(),
      requestId: z.string(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  })
  .meta({ id: "Error", description: "The one shape of errors." });

const everywhere: ErrorCode[] = [
  "BAD_REQUEST",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "TOO_MANY_REQUESTS",
  "INTERNAL",
  "UNAVAILABLE",
];
const withBody: ErrorCode[] = ["CONFLICT", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"];

function operation(route: RestRoute): ZodOpenApiOperationObject {
  const isPost = route.method === "POST";
  const isChat = route.procedure === "turn.chat";
  const fields = isPost ? z.strictObject(route.fields) : z.object(route.fields);
  const needsBody = isPost && Object.values(route.fields).some((field) => !field.safeParse(undefined).success);
  const errors: ErrorCode[] = [...everywhere];
  if (Object.keys(route.params).length > 0 || isChat) errors.push("NOT_FOUND");
  if (isPost) errors.push(...withBody);
  if (isChat) errors.push("ASSISTANT_FAILED");
  return {
    operationId: route.procedure,
    summary: route.summary,
    requestParams: {
      path: z.object({ user_id: schema.id.meta({ description: "Your own id." }), ...route.params }),
      ...(route.method === "GET" && { query: fields }),
    },
    ...(isPost && { requestBody: { required: needsBody, content: { "application/json": { schema: fields } } } }),
    responses: { ...success(route, isChat), ...errorResponses(errors) },
  };
}

function success(route: RestRoute, isChat: boolean): ZodOpenApiOperationObject["responses"] {
  const events = {
    "text/event-stream": {
      schema: z.string().meta({
        description:
          "Events `turn` (all of it so far), `chunk` (what is new) and `ended` (how it ended, with `response`). " +
          "Their ids, sent as Last-Event-ID to /turns/{id}/events, go on from there.",
      }),
    },
  };
  if (route.status === 204) return { 204: { description: "Done." } };
  const json = route.output && { "application/json": { schema: route.output } };
  const content = { ...json, ...((isChat || route.type === "subscription") && events) };
  return { [`${route.status ?? 200}`]: { description: "Done.", content } } as ZodOpenApiOperationObject["responses"]; // the status is computed
}

function errorResponses(codes: readonly ErrorCode[]): ZodOpenApiOperationObject["responses"] {
  const content = { "application/json": { schema: errorBody } };
  const entries = codes.map((code) => [errorStatuses[code], { description: code, content }]);
  return Object.fromEntries(entries) as ZodOpenApiOperationObject["responses"]; // the statuses are computed
}

/** What is not a procedure: tokens, the account as a whole, health. */
function fixedPaths(): ZodOpenApiPathsObject {
  const json = (of: z.ZodType) => ({ description: "Done.", content: { "application/json": { schema: of } } });
  const nobody = { security: [] };
  const health = json(z.object({ status: z.string() }));
  const exportQuery = z.object({
    format: z.enum(["json", "markdown"]).optional(),
    conversationId: schema.id.optional(),
  });
  return {
    "/api/auth/token": {
      post: {
        operationId: "auth.token",
        summary: "Get a bearer token for an hour (signed in by cookie; no body)",
        security: [{ cookie: [] }],
        responses: {
          200: json(z.object({ token: z.string(), expiresAt: z.iso.datetime() })),
          ...errorResponses(["UNAUTHORIZED", "FORBIDDEN", "TOO_MANY_REQUESTS", "INTERNAL", "UNAVAILABLE"]),
        },
      },
    },
    "/api/account/export": {
      get: {
        operationId: "account.export",
        summary: "Download everything that is yours, or one conversation",
        requestParams: { query: exportQuery },
        responses: {
          200: {
            description: "The file.",
            content: {
              "application/json": { schema: z.looseObject({ format: z.literal("holdfast-export") }) },
              "text/markdown": { schema: z.string() },
            },
          },
          ...errorResponses([...everywhere, "NOT_FOUND"]),
        },
      },
    },
    "/api/account/import": {
      post: {
        operationId: "account.import",
        summary: `Take in a JSON export, with new ids (at most ${limits.importBytes / 1_048_576} MiB)`,
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: z.looseObject({ format: z.literal("holdfast-export"), version: z.literal(1) }),
            },
          },
        },
        responses: {
          200: json(z.object({ conversations: z.int(), messages: z.int(), tasks: z.int() })),
          ...errorResponses([...everywhere, ...withBody]),
        },
      },
    },
    "/api/health/live": {
      get: { operationId: "health.live", summary: "Whether the process runs", ...nobody, responses: { 200: health } },
    },
    "/api/health/ready": {
      get: {
        operationId: "health.ready",
        summary: "Whether it can serve",
        ...nobody,
        responses: { 200: health, 503: { ...health, description: "Not now." } },
      },
    },
  };
}
