import { createHmac } from "node:crypto";
import { limits } from "@holdfast/contract";
import type { IdentityStore } from "@holdfast/db";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import type { Log } from "../api.ts";
import { guestPlugin } from "./guest-plugin.ts";
import type { Outbox } from "./outbox.ts";

export interface AuthOptions {
  pool: IdentityStore["pool"];
  secret: string;
  appUrl: string | null;
  log: Log;
  outbox?: Outbox | undefined;
  oauth?: OAuthClients | undefined;
  /** Called after sessions of this user have ended. */
  onSessionsEnded(userId: string): void;
}

export interface OAuthClients {
  github?: { clientId: string; clientSecret: string };
  google?: { clientId: string; clientSecret: string };
}

export type Auth = ReturnType<typeof createAuth>;

/** A signed-out cookie's copy is believed for so long at most: where the notice of it was lost. */
export const cookieCacheSeconds = 300;
const daySeconds = 86_400;
const sessionDays = limits.guestDays;

/** The header in which we tell Better Auth the client's address: it would believe X-Forwarded-For from anyone. */
export const addressHeader = "x-holdfast-address";

/** Nothing is asked of another site once somebody has signed in with it: none of its tokens is kept. */
const noTokens = { accessToken: null, refreshToken: null, idToken: null };

export function createAuth(options: AuthOptions) {
  return betterAuth({ ...authOptions(options), plugins: [guestPlugin()] });
}

/** Cookies are signed with a key of their own, so that no token of a program passes for a cookie's, nor the reverse. */
export function cookieSecret(secret: string): string {
  return createHmac("sha256", secret).update("holdfast cookies").digest("base64url");
}

export function authOptions({ pool, secret, appUrl, log, outbox, oauth, onSessionsEnded }: AuthOptions) {
  return {
    appName: "Holdfast",
    database: pool,
    secret: cookieSecret(secret),
    ...(appUrl !== null && { baseURL: appUrl }),
    basePath: "/api/auth",
    telemetry: { enabled: false },
    // Counted by `Limits`, where all processes see it; Better Auth's trusts X-Forwarded-For.
    rateLimit: { enabled: false },
    // Not what it adds to its messages: that names e-mail addresses.
    logger: { level: "error", log: (_level, message) => log.warn({ source: "better-auth" }, message) },
    onAPIError: { errorURL: `${appUrl ?? ""}/sign-in` },
    advanced: {
      cookiePrefix: "holdfast",
      useSecureCookies: appUrl?.startsWith("https://") ?? false,
      database: { generateId: "uuid", validateSchema: false },
      ipAddress: { ipAddressHeaders: [addressHeader] },
      // `assertOwnOrigin` has been there before; callback URLs are relative paths by our schemas.
      disableCSRFCheck: true,
      disableOriginCheck: true,
    },
    session: {
      modelName: "sessions",
      fields: {
        userId: "user_id",
        expiresAt: "expires_at",
        ipAddress: "ip_address",
        userAgent: "user_agent",
        createdAt: "created_at",
        updatedAt: "updated_at",
      },
      expiresIn: sessionDays * daySeconds,
      updateAge: daySeconds,
      cookieCache: { enabled: true, maxAge: cookieCacheSeconds, strategy: "jwt" },
    },
    user: {
      modelName: "users",
      fields: { emailVerified: "email_verified", createdAt: "created_at", updatedAt: "updated_at" },
      additionalFields: {
        isAnonymous: { type: "boolean", fieldName: "is_anonymous", required: true, defaultValue: false, input: false },
      },
    },
    account: {
      modelName: "accounts",
      fields: {
        userId: "user_id",
        accountId: "account_id",
        providerId: "provider_id",
        accessToken: "access_token",
        refreshToken: "refresh_token",
        idToken: "id_token",
        accessTokenExpiresAt: "access_token_expires_at",
        refreshTokenExpiresAt: "refresh_token_expires_at",
        createdAt: "created_at",
        updatedAt: "updated_at",
      },
    },
    verification: {
      modelName: "verifications",
      fields: { expiresAt: "expires_at", createdAt: "created_at", updatedAt: "updated_at" },
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: limits.passwordMinLength,
      maxPasswordLength: limits.passwordMaxLength,
      revokeSessionsOnPasswordReset: true,
      ...(outbox && { sendResetPassword: async ({ user, url }) => outbox.sendPasswordReset(user.email, url) }),
    },
    socialProviders: { ...oauth },
    databaseHooks: {
      account: {
        create: { before: async (account) => ({ data: { ...account, ...noTokens } }) },
        update: { before: async (account) => ({ data: { ...account, ...noTokens } }) },
      },
      session: { delete: { after: async (session) => onSessionsEnded(session.userId) } },
    },
  } satisfies BetterAuthOptions;
}
