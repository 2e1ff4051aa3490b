import { expect, it } from "vitest";
import { Requests } from "./requests";

/** Requests to a server that answers when it is let, and only those who have a session. */
function sessionServer() {
  const server = { hasSession: true, answers: [] as (() => void)[] };
  const requests = new Requests(
    () =>
      new Promise((resolve) => {
        server.answers.push(() => resolve(new Response(null, { status: server.hasSession ? 200 : 401 })));
      }),
  );
  return { server, requests };
}

it("R-SEC-2: nothing that the page asks is refused because its session is being ended", async () => {
  const { server, requests } = sessionServer();
  const before = requests.send("/before");
  let end = () => {};
  const signingOut = requests.without(async () => {
    server.hasSession = false;
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    server.hasSession = true; // it could not be ended
  });
  const meanwhile = requests.send("/meanwhile");
  expect(requests.areHeld).toBe(true);
  server.answers.shift()?.();
  expect((await before).status).toBe(200);
  await expect.poll(() => server.hasSession).toBe(false);
  expect(server.answers).toEqual([]);
  end();
  await signingOut;
  await expect.poll(() => server.answers.length).toBe(1);
  server.answers.shift()?.();
  expect((await meanwhile).status).toBe(200);
  expect(requests.areHeld).toBe(false);
});
