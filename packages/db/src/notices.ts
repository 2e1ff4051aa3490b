import { randomBytes } from "node:crypto";
import type { Connections } from "./connections.ts";
import type { DirectConnection } from "./direct-connection.ts";
import { noticeChannel } from "./migrations/sql.ts";
import { encodeNotice, NoticeDecoder } from "./notice-codec.ts";
import type { Notice, NoticeBoard } from "./types.ts";

/**
 * Notices go out after the commit they tell of, many in one statement: a transaction that notifies takes a lock of the
 * whole server while it commits, and would make all durable commits queue for the disk.
 * What a dying process did not tell, the sweeper makes up for with `lost`.
 */
export class Notices implements NoticeBoard {
  private readonly connections: Connections;
  private readonly origin = randomBytes(6).toString("hex");
  private readonly decoder = new NoticeDecoder(this.origin);
  private readonly listeners = new Set<(notice: Notice, own: boolean) => void>();
  private waiting: string[] = [];
  private sending: Promise<void> | null = null;
  private count = 0;

  constructor(connections: Connections, direct: DirectConnection) {
    this.connections = connections;
    direct.onConnected(async (client, again) => {
      client.on("notification", ({ payload }) => this.receive(payload));
      await client.query(`LISTEN ${noticeChannel}`);
      if (!again) return;
      this.decoder.forget();
      this.deliver({ type: "lost" }, false);
    });
  }

  subscribe(listener: (notice: Notice, own: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  publish(notice: Notice): void {
    this.waiting.push(...this.encode(notice));
    this.deliverOwn(notice);
    this.sending ??= this.send().finally(() => {
      this.sending = null;
    });
  }

  /** For a statement that sends the payloads itself. */
  encode(notice: Notice): string[] {
    return encodeNotice(this.origin, ++this.count, notice);
  }

  /** In a task of its own, so that a listener runs after whoever published has returned. */
  deliverOwn(notice: Notice): void {
    setImmediate(() => this.deliver(notice, true));
  }

  /** Resolves when all that was published has been sent. */
  async drain(): Promise<void> {
    await this.sending;
  }

  private async send(): Promise<void> {
    await Promise.resolve(); // what is published in the same breath goes out together
    while (this.waiting.length > 0) {
      const payloads = this.waiting.splice(0, 1_000);
      try {
        await this.connections.query({
          name: "notify",
          text: `SELECT pg_notify('${noticeChannel}', payload) FROM unnest($1::text[]) AS payload`,
          values: [payloads],
        });
      } catch {
        // The database is away. Whoever would have been told loses the connection too, and reads everything again.
      }
    }
  }

  private receive(payload: string | undefined): void {
    const notice = payload ? this.decoder.decode(payload) : null;
    if (notice) this.deliver(notice, false);
  }

  private deliver(notice: Notice, own: boolean): void {
    for (const listener of this.listeners) listener(notice, own);
  }
}
