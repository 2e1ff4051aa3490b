import { Client } from "pg";

type ConnectedListener = (client: Client, again: boolean) => Promise<void>;

const retryMs = 250;
const heartbeatMs = 1_000;

/**
 * The one connection that belongs to this process alone, past any pooler: it listens, and holds the locks that die with
 * the process. Comes back by itself after an outage; a heartbeat finds out when it died silently.
 */
export class DirectConnection {
  private readonly url: string;
  private readonly onConnectedListeners: ConnectedListener[] = [];
  private readonly onHeartbeatListeners: ((client: Client) => Promise<void>)[] = [];
  private client: Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;
  private connectedAt = 0;
  private connectedBefore = false;

  constructor(url: string) {
    this.url = url;
  }

  onConnected(listener: ConnectedListener): void {
    this.onConnectedListeners.push(listener);
  }

  onHeartbeat(listener: (client: Client) => Promise<void>): void {
    this.onHeartbeatListeners.push(listener);
  }

  /** How long the connection has held; 0 while there is none. */
  connectedForMs(): number {
    return this.client ? performance.now() - this.connectedAt : 0;
  }

  current(): Client | null {
    return this.client;
  }

  async open(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      connectionTimeoutMillis: 3_000,
      query_timeout: 3_000,
      keepAlive: true,
      application_name: "holdfast direct",
    });
    client.on("error", () => this.dropped(client));
    client.on("end", () => this.dropped(client));
    try {
      await client.connect();
      for (const listener of this.onConnectedListeners) await listener(client, this.connectedBefore);
    } catch (error) {
      client.end().catch(() => {}); // it is given up either way
      throw error;
    }
    if (this.closed) return void client.end();
    this.client = client;
    this.connectedAt = performance.now();
    this.connectedBefore = true;
    this.plan(heartbeatMs, () => this.beat(client));
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    const client = this.client;
    this.client = null;
    await client?.end().catch(() => {}); // it may have died meanwhile
  }

  private async beat(client: Client): Promise<void> {
    try {
      if (this.onHeartbeatListeners.length === 0) await client.query("SELECT 1");
      for (const listener of this.onHeartbeatListeners) await listener(client);
      if (this.client === client) this.plan(heartbeatMs, () => this.beat(client));
    } catch {
      this.dropped(client);
    }
  }

  private dropped(client: Client): void {
    if (this.client !== client || this.closed) return;
    this.client = null;
    client.end().catch(() => {}); // it is broken already
    this.plan(retryMs, () => this.reopen());
  }

  private async reopen(): Promise<void> {
    try {
      await this.open();
    } catch {
      if (!this.closed) this.plan(retryMs, () => this.reopen());
    }
  }

  private plan(delayMs: number, work: () => Promise<void>): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void work(), delayMs); // `work` handles its errors
    this.timer.unref();
  }
}
