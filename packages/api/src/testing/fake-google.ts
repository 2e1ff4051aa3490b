import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { vi } from "vitest";

export const googleClient = { clientId: "holdfast.apps.example", clientSecret: "the client's secret" };

export interface Profile {
  sub: string;
  name: string;
  email: string;
}

export interface FakeGoogle {
  /** Who is signed in there, and consents. */
  person: Profile;
  /** What a browser gets that is sent to this address of Google's: where it is sent back to. */
  visit(url: string): Promise<string>;
  stop(): Promise<void>;
}

const hosts = ["accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"];

/**
 * Google as far as signing in with it goes: a server of OpenID Connect on a socket, with codes that serve once and their
 * PKCE challenges. Better Auth has its addresses built in, so this process is told that they are here.
 */
export async function startFakeGoogle(person: Profile): Promise<FakeGoogle> {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const codes = new Map<string, { challenge: string; redirectUri: string; person: Profile }>();
  const google: FakeGoogle = { person, visit, stop };

  const server = createServer((req, res) => {
    answer(req, res).catch(() => res.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  const realFetch = globalThis.fetch;
  vi.stubGlobal("fetch", (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return realFetch(hosts.includes(url.hostname) ? here + url.pathname + url.search : input, init);
  });

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? "/", here);
    switch (`${req.method} ${url.pathname}`) {
      case "GET /o/oauth2/v2/auth":
        return authorize(url.searchParams, res);
      case "POST /token":
        return exchange(new URLSearchParams(await textOf(req)), res);
      case "GET /oauth2/v3/certs":
        return sendJson(res, 200, { keys: [{ ...(await exportJWK(publicKey)), kid: "1", alg: "RS256" }] });
      default:
        res.writeHead(404).end();
    }
  }

  function authorize(asked: URLSearchParams, res: ServerResponse): void {
    const isProper =
      asked.get("client_id") === googleClient.clientId &&
      asked.get("response_type") === "code" &&
      asked.get("code_challenge_method") === "S256" &&
      asked.get("scope")?.split(" ").includes("openid");
    const back = new URL(asked.get("redirect_uri") ?? "");
    const code = randomUUID();
    const challenge = asked.get("code_challenge") ?? "";
    codes.set(code, { challenge, redirectUri: back.href, person: google.person });
    back.searchParams.set("state", asked.get("state") ?? "");
    back.searchParams.set(isProper ? "code" : "error", isProper ? code : "invalid_request");
    res.writeHead(302, { location: back.href }).end();
  }

  async function exchange(asked: URLSearchParams, res: ServerResponse): Promise<void> {
    const given = codes.get(asked.get("code") ?? "");
    codes.delete(asked.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(asked.get("code_verifier") ?? "")
      .digest("base64url");
    const isKnown =
      asked.get("client_id") === googleClient.clientId && asked.get("client_secret") === googleClient.clientSecret;
    if (!given || !isKnown || given.challenge !== challenge || given.redirectUri !== asked.get("redirect_uri")) {
      return sendJson(res, 400, { error: "invalid_grant" });
    }
    const { sub, ...claims } = given.person;
    const idToken = await new SignJWT({ ...claims, email_verified: true })
      .setProtectedHeader({ alg: "RS256", kid: "1" })
      .setIssuer("https://accounts.google.com")
      .setAudience(googleClient.clientId)
      .setSubject(sub)
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(privateKey);
    sendJson(res, 200, { access_token: "ya29.secret", id_token: idToken, expires_in: 3600, token_type: "Bearer" });
  }

  async function visit(url: string): Promise<string> {
    const response = await fetch(url, { redirect: "manual" });
    return response.headers.get("location") ?? "";
  }

  async function stop(): Promise<void> {
    vi.unstubAllGlobals();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  return google;
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of req) text += chunk;
  return text;
}

function sendJson(res: ServerResponse, status: number, value: unknown): void {
  res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
