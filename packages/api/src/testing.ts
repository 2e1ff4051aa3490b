import { z } from "zod";
import { authRoutes } from "./identity/auth-routes.ts";
import { openApiDocument } from "./rest/openapi.ts";
import { appRouter } from "./routers/app-router.ts";

/** An address that the API serves. Braces in the path stand for an id, or whatever somebody writes in its place. */
export interface ServedAddress {
  method: string;
  path: string;
  /** What it takes: in the body of a POST, else in the query; tRPC's queries take it as `input`. */
  fields: string[];
}

/** All of them, from the router, the OpenAPI document and the list of Better Auth's routes: for tests that leave none out. */
export function servedAddresses(): ServedAddress[] {
  return [...procedures(), ...described(), ...identity(), ...account()];
}

function procedures(): ServedAddress[] {
  const all = appRouter._def.procedures as unknown as Record<string, { _def: { type: string; inputs: unknown[] } }>; // erased in a router's type
  return Object.entries(all).map(([name, { _def }]) => ({
    method: _def.type === "mutation" ? "POST" : "GET",
    path: `/api/trpc/${name}`,
    fields: _def.inputs.flatMap(fieldsOf),
  }));
}

function fieldsOf(input: unknown): string[] {
  if (input instanceof z.ZodOptional || input instanceof z.ZodDefault) return fieldsOf(input.unwrap());
  return input instanceof z.ZodObject ? Object.keys(input.shape) : [];
}

function described(): ServedAddress[] {
  // The document is plain data, of a type that says nothing of it.
  const { paths } = openApiDocument(appRouter) as { paths: Record<string, Record<string, OperationLike>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody }]) => {
      const properties = requestBody?.content["application/json"]?.schema?.properties ?? {};
      const query = (parameters ?? []).filter((parameter) => parameter.in === "query").map(({ name }) => name);
      return { method: method.toUpperCase(), path, fields: [...Object.keys(properties), ...query] };
    }),
  );
}

interface OperationLike {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema?: { properties?: object } }> };
}

function identity(): ServedAddress[] {
  const routes = authRoutes.map(({ method, path, body, query }) => ({
    method,
    path: `/api/auth${path.replace(/:(\w+)/, "{$1}")}`,
    fields: [...fieldsOf(body), ...fieldsOf(query)],
  }));
  return [...routes, { method: "GET", path: "/api/auth/options", fields: [] }];
}

/** What of an account is no operation of the document. */
function account(): ServedAddress[] {
  return [
    { method: "GET", path: "/api/account/sessions", fields: [] },
    { method: "DELETE", path: "/api/account/sessions", fields: [] },
    { method: "DELETE", path: "/api/account/sessions/{id}", fields: [] },
    { method: "POST", path: "/api/account/delete", fields: ["password"] },
  ];
}
