import { setTimeout as delay } from "node:timers/promises";
import type { TurnChunk } from "@holdfast/contract";
import { type RunnerStore, UnavailableError } from "@holdfast/db";
import type { Log } from "../api.ts";

export type OwnedChunk = TurnChunk & { userId: string; conversationId: string };

/** Makes what the turns of this process say durable, and known to other processes: all turns in one INSERT at a time. */
export interface ChunkWriter {
  add(chunk: OwnedChunk): void;
  /** Drops what is not written yet of a turn that ends, and waits for what is being written: nothing of it comes after. */
  settle(turn: { userId: string; turnId: string }): Promise<void>;
}

export function createChunkWriter(options: {
  runners: Pick<RunnerStore, "appendChunks">;
  runner: number;
  intervalMs: number;
  retryMs: number;
  log: Log;
}): ChunkWriter {
  let queue: OwnedChunk[] = [];
  let isWriting = false;
  let inFlight: Promise<unknown> = Promise.resolve();
  const settled = new WeakSet<OwnedChunk>();
  let batch: OwnedChunk[] = [];

  async function write(): Promise<void> {
    isWriting = true;
    while (queue.length > 0) {
      batch = queue.splice(0, maxBatch);
      const begun = performance.now();
      const outcome = append(batch);
      inFlight = outcome;
      const failed = !(await outcome);
      if (failed) queue = [...batch.filter((chunk) => !settled.has(chunk)), ...queue];
      batch = [];
      await delay(failed ? options.retryMs : Math.max(0, begun + options.intervalMs - performance.now()));
    }
    isWriting = false;
  }

  /** False where it is worth another try. */
  async function append(chunks: OwnedChunk[]): Promise<boolean> {
    try {
      await options.runners.appendChunks(options.runner, chunks);
      return true;
    } catch (error) {
      if (error instanceof UnavailableError) return false;
      // The end of the turn stores the whole answer all the same; only watchers elsewhere and a crash would miss this.
      options.log.error({ err: error, chunks: chunks.length }, "what turns said could not be written");
      return true;
    }
  }

  return {
    add(chunk) {
      queue.push(chunk);
      if (!isWriting) void write(); // `append` never throws
    },
    async settle({ userId, turnId }) {
      const isOfTurn = (chunk: OwnedChunk) => chunk.turnId === turnId && chunk.userId === userId;
      queue = queue.filter((chunk) => !isOfTurn(chunk));
      const isBeingWritten = batch.some(isOfTurn);
      for (const chunk of batch) if (isOfTurn(chunk)) settled.add(chunk);
      if (isBeingWritten) await inFlight;
    },
  };
}

const maxBatch = 500;
