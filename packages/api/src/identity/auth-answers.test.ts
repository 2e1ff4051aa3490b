import { expect, it } from "vitest";
import { withoutTokens } from "./auth-answers.ts";

it("R-SEC-8: a session's token is taken out of an answer wherever it stands", () => {
  const session = { id: "1", token: "secret" };
  const body = { token: "secret", user: { name: "Ada" }, session, list: [session, [session], null, "text"] };
  expect(JSON.stringify(withoutTokens(body))).not.toContain("token");
  expect(withoutTokens([session])).toEqual([{ id: "1" }]);
  expect(withoutTokens(body)).toMatchObject({
    user: { name: "Ada" },
    list: [{ id: "1" }, [{ id: "1" }], null, "text"],
  });
  expect(withoutTokens(null)).toBeNull();
});
