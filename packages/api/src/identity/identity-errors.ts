/** Nobody is signed in, the session has ended, or the bearer token is no good. 401. */
export class UnauthorizedError extends Error {
  override name = "UnauthorizedError";
  /** Cookies that clear a dead session in the browser. */
  readonly setCookies: readonly string[];

  constructor(message = "Sign in first.", setCookies: readonly string[] = []) {
    super(message);
    this.setCookies = setCookies;
  }
}

/** The request comes from a page of another site, or from a browser without saying from where. 403. */
export class ForeignOriginError extends Error {
  override name = "ForeignOriginError";

  constructor() {
    super("This request does not come from a page of this site.");
  }
}
