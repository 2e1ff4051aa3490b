import { SignJWT } from "jose";

/** A token for a user, made by a service that shares the installation's secret (`BETTER_AUTH_SECRET`). */
export function mintToken(secret: string, userId: string): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(userId)
    .setIssuer("holdfast")
    .setAudience("holdfast-api")
    .setExpirationTime("10 minutes")
    .sign(new TextEncoder().encode(secret));
}
