import { codePointLength, isBlank, isStorable, limits, type Person } from "@holdfast/contract";
import { z } from "zod";

/** A route of Better Auth that we offer; what is not here does not exist. */
export interface AuthRoute {
  method: "GET" | "POST";
  /** After `/api/auth`; a segment that begins with a colon stands for any of letters, digits, `_` and `-`. */
  path: `/${string}`;
  /** Checked before Better Auth sees it. */
  body?: z.ZodType;
  /** Likewise. What it does not name is left out; without one all is. */
  query?: z.ZodType<Record<string, string | undefined>>;
  /** For those who are signed in, be it as a guest: the session is looked up before. */
  signedIn?: boolean;
  /** May end with another session than it began with. */
  signsIn?: boolean;
  signsOut?: boolean;
  /** A guess at a password, a code or an address: counted. Returns the account that is guessed at; `person` is whoever is signed in, where the route is for them. */
  attempt?: (body: unknown, person: Person | null) => string | undefined;
  /** Exists only where mail can be sent. */
  needsMail?: boolean;
}

const email = z
  .string()
  .max(254, "must have at most 254 characters")
  .pipe(z.email("must be an e-mail address"))
  .refine((value) => !value.toLowerCase().endsWith("@guest.invalid"), "must be an e-mail address");
const newPassword = z
  .string()
  .min(limits.passwordMinLength, `must have at least ${limits.passwordMinLength} characters`)
  .max(limits.passwordMaxLength, `must have at most ${limits.passwordMaxLength} characters`);
const password = z.string().min(1, "must not be empty").max(limits.passwordMaxLength, "is too long");
const name = z
  .string()
  .refine((value) => !isBlank(value), "must not be empty")
  .refine((value) => codePointLength(value) <= limits.nameLength, `must have at most ${limits.nameLength} characters`)
  .refine(isStorable, "must not contain U+0000");
/** A path of ours, never an address of somebody else's: after it the browser goes there. */
const ownPath = z
  .string()
  .max(2_000)
  .regex(/^\/(?![/\\])[!-[\]-~]*$/, "must be a path of this site");

/** What GitHub and Google send a browser back with. */
const providersAnswer = z
  .object({ code: z.string(), state: z.string(), error: z.string(), error_description: z.string(), iss: z.string() })
  .partial();

const provider = z.enum(["github", "google"], "must be github or google");

export const authRoutes: readonly AuthRoute[] = [
  {
    method: "POST",
    path: "/sign-up/email",
    body: z.strictObject({ name, email, password: newPassword }),
    signsIn: true,
    attempt: accountOf,
  },
  {
    method: "POST",
    path: "/sign-in/email",
    body: z.strictObject({ email, password, rememberMe: z.boolean().optional() }),
    signsIn: true,
    attempt: accountOf,
  },
  {
    method: "POST",
    path: "/sign-in/social",
    body: z.strictObject({
      provider,
      callbackURL: ownPath.default("/"),
      newUserCallbackURL: ownPath.optional(),
      errorCallbackURL: ownPath.default("/sign-in"),
    }),
    attempt: () => undefined,
  },
  { method: "GET", path: "/callback/:provider", query: providersAnswer, signsIn: true },
  { method: "POST", path: "/sign-out", body: z.strictObject({}).optional(), signsOut: true },
  { method: "GET", path: "/get-session" },
  { method: "POST", path: "/update-user", body: z.strictObject({ name }), signedIn: true },
  {
    method: "POST",
    path: "/change-password",
    body: z.strictObject({ currentPassword: password, newPassword, revokeOtherSessions: z.boolean().default(true) }),
    signedIn: true,
    attempt: (_, person) => person?.id,
  },
  {
    method: "POST",
    path: "/request-password-reset",
    body: z.strictObject({ email, redirectTo: ownPath.default("/sign-in") }),
    attempt: accountOf,
    needsMail: true,
  },
  {
    method: "GET",
    path: "/reset-password/:token",
    query: z.object({ callbackURL: ownPath.default("/sign-in") }),
    needsMail: true,
  },
  {
    method: "POST",
    path: "/reset-password",
    body: z.strictObject({ token: z.string().min(1).max(200), newPassword }),
    attempt: () => undefined,
    needsMail: true,
  },
];

/** The routes of a path, whatever their method. */
export function routesAt(path: string, hasMail: boolean): AuthRoute[] {
  const segments = path.split("/");
  return authRoutes.filter((route) => {
    if (route.needsMail && !hasMail) return false;
    const expected = route.path.split("/");
    return (
      expected.length === segments.length &&
      expected.every((part, index) =>
        part.startsWith(":") ? /^[\w-]+$/.test(segments[index] ?? "") : part === segments[index],
      )
    );
  });
}

function accountOf(body: unknown): string | undefined {
  return z.object({ email: z.string() }).safeParse(body).data?.email;
}
