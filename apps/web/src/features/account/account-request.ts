import { type ErrorBody, type ErrorIssue, personHeader } from "@holdfast/contract";
import { isOwnAnswer } from "@/trpc/own-answer";
import { requests } from "@/trpc/requests";

export type AccountAnswer<Data> = { ok: true; data: Data } | { ok: false; failure: AccountFailure };

export interface AccountFailure {
  status: number;
  /** For people. */
  message: string;
  /** What is wrong with which field. */
  issues: ErrorIssue[];
}

type Method = "GET" | "POST" | "DELETE";

/** Calls one of the plain HTTP endpoints of identity and account. Never throws: what went wrong is in the answer. */
export async function accountRequest<Data = unknown>(
  method: Method,
  path: string,
  body?: object | Blob,
): Promise<AccountAnswer<Data>> {
  const response = await fetch(path, {
    method,
    headers: {
      ...(body && { "content-type": "application/json" }),
      ...(requests.shownId !== null && { [personHeader]: requests.shownId }),
    },
    body: body instanceof Blob ? body : body && JSON.stringify(body),
  }).catch(() => null);
  if (!response) return { ok: false, failure: noConnection };
  if (response.ok && !isOwnAnswer(response)) return { ok: false, failure: somethingBetween };
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return { ok: true, data: answer as Data }; // the endpoint's own promise
  return { ok: false, failure: failureOf(response, answer as ErrorBody | null) };
}

const noConnection: AccountFailure = {
  status: 0,
  message: "There is no connection to the server. Check it and try again.",
  issues: [],
};

const somethingBetween: AccountFailure = {
  status: 0,
  message: "Something between here and Holdfast answered in its place, and nothing was done. Load the page anew.",
  issues: [],
};

function failureOf(response: Response, body: ErrorBody | null): AccountFailure {
  const { status } = response;
  if (status === 429) return { status, message: waitMessage(response.headers.get("retry-after")), issues: [] };
  const message = body?.error?.message ?? "Something went wrong on our side. Try again in a moment.";
  return { status, message, issues: body?.error?.issues ?? [] };
}

function waitMessage(retryAfter: string | null): string {
  const seconds = Number(retryAfter);
  if (!seconds) return "That was too many tries. Wait a moment.";
  const minutes = Math.ceil(seconds / 60);
  const time = seconds <= 60 ? `${seconds} seconds` : `${minutes} minutes`;
  return `That was too many tries. Try again in ${time}.`;
}
