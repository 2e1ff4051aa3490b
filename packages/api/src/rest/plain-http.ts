import type { IncomingMessage, ServerResponse } from "node:http";
import { createAccountHandler } from "../account/account-handler.ts";
import type { Context } from "../context.ts";
import type { ApiError } from "../errors.ts";
import type { AccountIdentity } from "../identity/create-identity.ts";
import { clientAddress } from "../limits/client-address.ts";
import type { AppRouter } from "../routers/app-router.ts";
import { createDocsHandler } from "./docs-page.ts";
import { sendError } from "./exchange.ts";
import { openApiDocument } from "./openapi.ts";
import { createRestHandler } from "./rest-handler.ts";

export interface PlainHttpOptions {
  identity: AccountIdentity;
  router: AppRouter;
  openContext(req: IncomingMessage, res: ServerResponse, headers: Headers, changes: boolean): Promise<Context>;
  trustProxy: boolean | number;
  onError(error: ApiError, req: IncomingMessage, res: ServerResponse): void;
}

/** Everything of the API that is not tRPC or health: identity, accounts, REST and its description. */
export function createPlainHttp({ identity, router, openContext, trustProxy, onError }: PlainHttpOptions) {
  const document = openApiDocument(router);
  const handlers = [
    identity.handle,
    createAccountHandler({ identity, openContext, onError, address: (req) => clientAddress(req, trustProxy) }),
    createDocsHandler(() => document),
    createRestHandler({ router, openContext, onError }),
  ];
  return {
    /** False for a path that is none of them: then nothing was done. */
    async handle(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
      try {
        for (const handle of handlers) if (await handle(req, res)) return true;
        return false;
      } catch (error) {
        onError(sendError(req, res, error), req, res);
        return true;
      }
    },
  };
}
