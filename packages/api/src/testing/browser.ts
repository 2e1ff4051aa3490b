/** As much of a browser as the API sees: it keeps cookies and says which page a request comes from. */
export class Browser {
  readonly cookies = new Map<string, string>();
  private readonly url: string;
  private readonly origin: string;

  constructor(url: string, origin: string) {
    this.url = url;
    this.origin = origin;
  }

  /** Another browser with copies of this one's cookies: a thief's. */
  copy(): Browser {
    const copy = new Browser(this.url, this.origin);
    for (const [name, value] of this.cookies) copy.cookies.set(name, value);
    return copy;
  }

  async fetch(path: string, init: RequestInit & { json?: unknown } = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const body = "json" in init ? JSON.stringify(init.json) : init.body;
    if ("json" in init) headers.set("content-type", "application/json");
    if (init.method && init.method !== "GET" && !headers.has("origin")) headers.set("origin", this.origin);
    if (headers.get("origin") === "") headers.delete("origin");
    if (this.cookies.size > 0) {
      headers.set("cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    }
    const response = await fetch(this.url + path, { redirect: "manual", ...init, body, headers });
    this.receive(response);
    return response;
  }

  /** Keeps an answer's cookies, in whichever order answers come. */
  receive(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) this.keep(cookie);
  }

  post(path: string, json?: unknown): Promise<Response> {
    return this.fetch(path, { method: "POST", json: json ?? {} });
  }

  /** Calls a tRPC procedure; gives its data, or the error's with `error: true`. */
  async mutate(procedure: string, input: unknown): Promise<TrpcAnswer> {
    return answerOf(await this.post(`/api/trpc/${procedure}`, input));
  }

  async query(procedure: string, input?: unknown): Promise<TrpcAnswer> {
    const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    return answerOf(await this.fetch(`/api/trpc/${procedure}${query}`));
  }

  private keep(cookie: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (/;\s*max-age=0(;|$)/i.test(cookie)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

export interface TrpcAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  data: any;
  code: string | null;
}

async function answerOf(response: Response): Promise<TrpcAnswer> {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const body = (await response.json()) as any;
  return { status: response.status, data: body.result?.data, code: body.error?.data?.code ?? null };
}
