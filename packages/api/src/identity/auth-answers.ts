import { ApiError, badRequest } from "../errors.ts";

/** What we say in place of Better Auth's own errors: one shape, the right status, words for people. */
export function fromAuthError(status: number, body: unknown, path: string): ApiError {
  const code = typeof body === "object" && body !== null && "code" in body ? String(body.code) : "";
  switch (code) {
    case "INVALID_EMAIL_OR_PASSWORD":
      return new ApiError("UNAUTHORIZED", "The e-mail address or the password is wrong.");
    case "USER_ALREADY_EXISTS":
    case "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL":
    case "FAILED_TO_CREATE_USER": // two at once: the second meets the unique index
      return new ApiError("CONFLICT", "There is an account with this e-mail address already. Sign in instead.");
    case "INVALID_PASSWORD":
      return badRequest("currentPassword", "is not your password");
    case "CREDENTIAL_ACCOUNT_NOT_FOUND":
      return new ApiError("BAD_REQUEST", "This account has no password: you sign in with another service.");
    case "INVALID_TOKEN":
      return badRequest("token", "has been used or has expired");
    case "PROVIDER_NOT_FOUND":
      return new ApiError("NOT_FOUND", "This way to sign in is not set up here.");
  }
  if (status === 401) return new ApiError("UNAUTHORIZED", "Sign in first.");
  if (status === 403) return new ApiError("FORBIDDEN", "This is not allowed.");
  if (status === 404) return new ApiError("NOT_FOUND", `There is nothing at ${path}.`);
  if (status === 415) return new ApiError("UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json.");
  if (status < 500) return new ApiError("BAD_REQUEST", "The request is not valid.");
  return new ApiError("INTERNAL", "Something went wrong on our side.");
}

/** The answer without session tokens, wherever in it: nothing that scripts can read should help to impersonate. */
export function withoutTokens(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withoutTokens);
  if (typeof body !== "object" || body === null) return body;
  const kept = Object.entries(body).filter(([name]) => name !== "token");
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutTokens(value)]));
}
