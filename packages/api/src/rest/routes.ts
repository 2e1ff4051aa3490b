import type { AnyTRPCRouter } from "@trpc/server";
import { z } from "zod";
import { unknownFields } from "../errors.ts";
import type { Meta, RestMeta } from "../trpc.ts";

/** A procedure as REST offers it. */
export interface RestRoute extends Omit<RestMeta, "params"> {
  /** The procedure's name, such as `conversation.create`. */
  procedure: string;
  type: "query" | "mutation" | "subscription";
  /** The fields of its input: those of the path, and the others (of the query for GET, of the body for POST). */
  params: Record<string, z.ZodType>;
  fields: Record<string, z.ZodType>;
  /** What the path's names are called in the input. */
  inputNames: Record<string, string>;
  segments: string[];
}

/** Every procedure of the router that has `meta.rest`. */
export function restRoutes(router: AnyTRPCRouter): RestRoute[] {
  return Object.entries(router._def.procedures as Record<string, ProcedureLike>).flatMap(([procedure, { _def }]) => {
    const rest = _def.meta?.rest;
    return rest ? [toRoute(procedure, _def, rest)] : [];
  });
}

/** The part of tRPC's procedures that is read here; its own type is erased in a router of any shape. */
interface ProcedureLike {
  _def: { type: RestRoute["type"]; meta?: Meta; inputs: unknown[] };
}

function toRoute(procedure: string, { type, inputs }: ProcedureLike["_def"], rest: RestMeta): RestRoute {
  const shape: Record<string, z.ZodType> = Object.assign({}, ...inputs.map(shapeOf));
  const names = [...rest.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const inputNames = Object.fromEntries(names.map((name) => [name, rest.params?.[name] ?? name]));
  const params = Object.fromEntries(names.map((name) => [name, fieldOf(shape, inputNames[name] ?? name, procedure)]));
  const inPath = new Set(Object.values(inputNames));
  const fields = Object.fromEntries(Object.entries(shape).filter(([name]) => !inPath.has(name)));
  return { ...rest, procedure, type, params, fields, inputNames, segments: rest.path.split("/").slice(1) };
}

function fieldOf(shape: Record<string, z.ZodType>, name: string, procedure: string): z.ZodType {
  const field = shape[name];
  if (!field) throw new Error(`The path of ${procedure} names "${name}", which its input does not have.`);
  return field;
}

function shapeOf(input: unknown): Record<string, z.ZodType> {
  if (input instanceof z.ZodOptional || input instanceof z.ZodPrefault) return shapeOf(input.unwrap());
  return input instanceof z.ZodObject ? input.shape : {};
}

/** The routes at a path after `/api/{user_id}`, whatever their method, and what its placeholders stand for. */
export function matchRoutes(routes: readonly RestRoute[], segments: readonly string[]) {
  const found = routes.filter(
    (route) =>
      route.segments.length === segments.length &&
      route.segments.every((part, index) => part.startsWith("{") || part === segments[index]),
  );
  return found.length > 0 ? found : null;
}

/** The path's values under the names that the input has for them. */
export function pathInput(route: RestRoute, segments: readonly string[]): Record<string, string> {
  const entries = route.segments.flatMap((part, index) => {
    if (!part.startsWith("{")) return [];
    const name = part.slice(1, -1);
    return [[route.inputNames[name] ?? name, decodeSegment(segments[index] ?? "")]];
  });
  return Object.fromEntries(entries);
}

/**
 * The query as the fields say: a number where one is due. What is none stays text, and the schema refuses it. A POST has its
 * fields in its body. Throws an `ApiError` for a field that there is not.
 */
export function queryInput(route: RestRoute, query: URLSearchParams): Record<string, unknown> {
  const fields = route.method === "POST" ? {} : route.fields;
  const unknown = [...new Set(query.keys())].filter((name) => !Object.hasOwn(fields, name));
  if (unknown.length > 0) throw unknownFields(unknown);
  const entries = Object.entries(fields).flatMap(([name, field]) => {
    const value = query.get(name);
    if (value === null) return [];
    return [[name, isNumber(field) && /^-?\d{1,15}$/.test(value) ? Number(value) : value]];
  });
  return Object.fromEntries(entries);
}

function isNumber(field: z.ZodType): boolean {
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault || field instanceof z.ZodNullable) {
    return isNumber(field.unwrap() as z.ZodType); // zod types what it wraps more loosely
  }
  return field instanceof z.ZodNumber;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
