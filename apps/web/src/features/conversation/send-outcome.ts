import { TRPCClientError } from "@trpc/client";
import { errorCode } from "@/trpc/client";
import type { Refusal } from "./outbox";

/** What a failed send means: it may arrive if sent again, the server cannot take it just now, or has said no. */
export type SendFailure = { type: "lost" } | ({ type: "put-off" | "refused" } & Refusal);

export function toSendFailure(error: unknown): SendFailure {
  const code = errorCode(error);
  // No code of ours: it never arrived, or something between us and the server answered.
  if (code === null) return { type: "lost" };
  const type = code === "UNAVAILABLE" ? "put-off" : "refused";
  const signedOut = code === "UNAUTHORIZED" || code === "FORBIDDEN";
  return { type, words: wordsFor(code, error), signedOut, isGone: code === "NOT_FOUND" };
}

function wordsFor(code: string, error: unknown): string {
  switch (code) {
    case "UNAUTHORIZED":
      return "You have been signed out. Sign in again; your text is kept here.";
    case "TOO_MANY_REQUESTS":
      return `That was a little fast. ${pause(error)}, then send it again.`;
    case "CONFLICT":
      return "This conversation is being answered already. Send it again when that answer is done.";
    case "FORBIDDEN":
      return "You are not signed in as the owner of this conversation any more. Sign in again; your text is kept here.";
    case "NOT_FOUND":
      return "This conversation is not there any more. Your text is kept here.";
    case "UNAVAILABLE":
      return "Holdfast could not take this for two minutes, and tries no more. Your text is kept here; send it again later.";
    case "BAD_REQUEST":
    case "PAYLOAD_TOO_LARGE":
      return `This cannot be sent as it is: ${issueOf(error)}.`;
    default:
      return "Something went wrong on our side. Your text is kept; try again.";
  }
}

function pause(error: unknown): string {
  const retryAfterMs: unknown = error instanceof TRPCClientError ? error.data?.retryAfterMs : undefined;
  if (typeof retryAfterMs !== "number") return "Wait a moment";
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return seconds === 1 ? "Wait a second" : `Wait ${seconds} seconds`;
}

function issueOf(error: unknown): string {
  const issues: unknown = error instanceof TRPCClientError ? error.data?.issues : undefined;
  const first: unknown = Array.isArray(issues) ? issues[0]?.message : undefined;
  return typeof first === "string" ? `it ${first}` : "it is too long or holds characters that cannot be kept";
}
