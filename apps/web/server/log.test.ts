import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { createLog } from "./log.ts";

function logged(error: unknown): string {
  let text = "";
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  createLog("info", { destination }).error({ err: error }, "failed");
  return text;
}

it("R-OPS-4: logs errors without what a database says of the values in them", () => {
  const fields = {
    severity: "ERROR",
    code: "23514",
    constraint: "content_length",
    detail: "Failing row contains (dear diary).",
  };
  const error = Object.assign(new Error('new row for "messages": dear diary'), fields, { parameters: ["dear diary"] });
  const text = logged(new Error("could not store", { cause: error }));
  expect(text).not.toContain("dear diary");
  expect(JSON.parse(text)).toMatchObject({
    err: { message: "could not store", cause: { code: "23514", constraint: "content_length" } },
  });
});

it("R-OPS-4: logs no value that was thrown instead of an error", () => {
  expect(logged("dear diary")).not.toContain("dear diary");
});
