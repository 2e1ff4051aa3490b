/** The codes of errors that cross the wire, with their HTTP statuses. */
export const errorStatuses = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  TOO_MANY_REQUESTS: 429,
  INTERNAL: 500,
  ASSISTANT_FAILED: 502,
  UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof errorStatuses;

export interface ErrorIssue {
  /** Where in the input, such as `message` or `toolCalls.0.id`. */
  path: string;
  message: string;
}

/** The one shape of an error in REST; tRPC carries the same under `data`. */
export interface ErrorBody {
  error: { code: ErrorCode; message: string; requestId: string; issues?: ErrorIssue[] };
}
