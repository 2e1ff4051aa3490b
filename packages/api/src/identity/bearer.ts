import { id } from "@holdfast/contract/schemas";
import { jwtVerify, SignJWT } from "jose";

const issuer = "holdfast";
const audience = "holdfast-api";
const lifetimeSeconds = 3600;
const rememberedTokens = 10_000;

/** The tokens of programs: HS256 over the secret's UTF-8 bytes, so that a service that shares it may mint one. */
export interface BearerTokens {
  mint(userId: string): Promise<{ token: string; expiresAt: string }>;
  /** The user's id, or null for any token that is not exactly as it must be. Whether that user exists is not asked here. */
  verify(token: string): Promise<string | null>;
}

export function createBearerTokens(secret: string): BearerTokens {
  const key = new TextEncoder().encode(secret);
  // A program sends the same token with every request, and checking its signature is the dearest part of a small one.
  const verified = new Map<string, { userId: string; expiresAt: number }>();
  return {
    async mint(userId) {
      const expiresAt = Math.floor(Date.now() / 1000) + lifetimeSeconds;
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(expiresAt)
        .sign(key);
      return { token, expiresAt: new Date(expiresAt * 1000).toISOString() };
    },

    async verify(token) {
      const known = verified.get(token);
      if (known && known.expiresAt > Date.now()) return known.userId;
      verified.delete(token);
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ["HS256"],
          issuer,
          audience,
          requiredClaims: ["sub", "exp", "iss", "aud"],
        });
        const userId = id.parse(payload.sub);
        if (verified.size >= rememberedTokens) verified.delete(verified.keys().next().value ?? "");
        verified.set(token, { userId, expiresAt: (payload.exp ?? 0) * 1000 });
        return userId;
      } catch {
        return null; // why it is no good is nobody's business
      }
    },
  };
}

/** The token of an Authorization header; empty where it is none of ours, so that it is refused and not ignored. */
export function bearerToken(authorization: string): string {
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? "";
}
