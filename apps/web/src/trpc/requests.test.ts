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

it("R-WEB-1: a change outlives its page, within the bytes that a browser allows for all of them", async () => {
  const sent: { url: string; outlives: boolean; answer: () => void }[] = [];
  const requests = new Requests(
    (input, init) =>
      new Promise((resolve) => {
        const answer = () => resolve(new Response());
        sent.push({ url: String(input), outlives: init?.keepalive === true, answer });
      }),
  );
  const post = (url: string, body: string) => requests.send(url, { method: "POST", body });
  void requests.send("/read");
  const first = post("/20 KiB", "é".repeat(10 * 1024));
  void post("/13 KiB more", "x".repeat(13 * 1024));
  void post("/12 KiB more", "x".repeat(12 * 1024));
  sent.find(({ url }) => url === "/20 KiB")?.answer();
  await first;
  void post("/20 KiB again", "x".repeat(20 * 1024));
  void post("/33 KiB", "x".repeat(33 * 1024));
  expect(sent.map(({ url, outlives }) => [url, outlives])).toEqual([
    ["/read", false],
    ["/20 KiB", true],
    ["/13 KiB more", false],
    ["/12 KiB more", true],
    ["/20 KiB again", true],
    ["/33 KiB", false],
  ]);
});
