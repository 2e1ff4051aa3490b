import { z } from "zod";

/**
 * What of a value its schema names. Nothing is checked: what is stored was checked when it came in, and a program is
 * better served by an old row than by a 500.
 */
export function project(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return value === null || value === undefined ? value : project(schema.unwrap() as z.ZodType, value); // zod types what it wraps more loosely
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item) => project(schema.element as z.ZodType, item)); // as above
  }
  if (schema instanceof z.ZodObject && typeof value === "object" && value !== null) {
    const fields: Record<string, z.ZodType> = schema.shape;
    const from = value as Record<string, unknown>; // an object, by the line above
    return Object.fromEntries(
      Object.keys(fields).map((name) => [name, project(fields[name] as z.ZodType, from[name])]),
    );
  }
  return value;
}
