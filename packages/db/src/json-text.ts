/**
 * A value as the JSON that PostgreSQL has written of it: whoever only passes it on need neither read it nor write it again.
 * To anybody else, `JSON.stringify` and tRPC's own handler among them, it is the value.
 */
export class JsonText<T> {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  parse(): T {
    return JSON.parse(this.text) as T; // whoever wrote the statement knows what it makes
  }

  toJSON(): T {
    return this.parse();
  }
}

/** An object of which some values are JSON already; as to `JSON.stringify`, what is undefined is not there. */
export function jsonObject<T extends object>(values: { [Key in keyof T]: T[Key] | JsonText<T[Key]> }): JsonText<T> {
  const fields = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${JSON.stringify(key)}:${jsonOf(value)}`);
  return new JsonText(`{${fields.join(",")}}`);
}

/** Undefined where `JSON.stringify` says so. */
export function jsonOf(value: unknown): string | undefined {
  return value instanceof JsonText ? value.text : JSON.stringify(value);
}
