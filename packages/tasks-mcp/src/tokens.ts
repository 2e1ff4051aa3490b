import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";

const issuer = "holdfast";
const audience = "tasks-mcp";

export interface TaskTokens {
  /** For the tool server, which can check tokens and mint none: an SPKI in base64. */
  publicKey: string;
  /** A token for this person's tasks. */
  mint(userId: string): Promise<string>;
}

/** A key pair of this process; it is never stored. Its tokens hold for a minute, unless they are for a program that asks for one once. */
export function createTaskTokens({ lifetimeSeconds = 60 } = {}): TaskTokens {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    mint: (userId) =>
      new SignJWT()
        .setProtectedHeader({ alg: "EdDSA" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime(`${lifetimeSeconds}s`)
        .sign(privateKey),
  };
}

/** Throws for what is no such key. */
export function readPublicKey(base64: string): KeyObject {
  return createPublicKey({ key: Buffer.from(base64, "base64"), type: "spki", format: "der" });
}

/** The user that a token names; throws `TokenError` for one that proves nothing. */
export async function userOf(token: string | undefined, key: KeyObject): Promise<string> {
  try {
    const { payload } = await jwtVerify(token ?? "", key, {
      algorithms: ["EdDSA"],
      issuer,
      audience,
      requiredClaims: ["exp", "sub"],
    });
    return z.guid().parse(payload.sub);
  } catch {
    throw new TokenError();
  }
}

/** A token that is missing, expired, forged, or meant for somebody else. */
export class TokenError extends Error {
  override readonly name = "TokenError";

  constructor() {
    super("The tool server does not accept this token.");
  }
}
