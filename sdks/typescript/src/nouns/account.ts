import type { Answer, Api, Query } from "../api.ts";
import type { Download } from "../download.ts";
import type { Pages } from "../pages.ts";
import type { CallOptions } from "../request.ts";
import type { Account as AccountData, AccountChange, AccountDeletion, AuditEvent, AuditPage, SessionsEnded } from "../types.gen.ts";

/** The person who is signed in. All of it needs a session: an API key is refused. */
export class Account {
  readonly sessions: Sessions;
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.sessions = new Sessions(api);
  }

  get(options?: CallOptions): Promise<AccountData> {
    return this.#api.request("GET /v1/account", {}, options);
  }

  update(body: AccountChange, options?: CallOptions): Promise<AccountData> {
    return this.#api.request("PATCH /v1/account", { body }, options);
  }

  /** Needs a fresh proof of who asks. `restore` undoes it until `delete_after`. */
  delete(query: Query<"DELETE /v1/account"> = {}, options?: CallOptions): Promise<AccountDeletion> {
    return this.#api.request("DELETE /v1/account", { query }, options);
  }

  restore(options?: CallOptions): Promise<undefined> {
    return this.#api.request("POST /v1/account/restore", {}, options);
  }

  /** Everything of the account, as a ZIP. Needs a fresh proof of who asks. */
  export(options?: CallOptions): Promise<Download> {
    return this.#api.open("POST /v1/account/export", {}, options);
  }

  /** What was done with the account, the newest first. */
  audit(query: Query<"GET /v1/account/audit"> = {}, options?: CallOptions): Pages<AuditEvent, AuditPage> {
    return this.#api.list("GET /v1/account/audit", { query }, (page) => page.items, options);
  }
}

/** Where the person is signed in. */
export class Sessions {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Those that still work, the latest used first. */
  list(options?: CallOptions): Promise<Answer<"GET /v1/account/sessions">> {
    return this.#api.request("GET /v1/account/sessions", {}, options);
  }

  delete(id: string, options?: CallOptions): Promise<undefined> {
    return this.#api.request("DELETE /v1/account/sessions/{id}", { params: { id } }, options);
  }

  /** Every other session; with `all` also the one that asks, with `apps` also the sign-ins of connected apps. */
  deleteAll(query: Query<"DELETE /v1/account/sessions"> = {}, options?: CallOptions): Promise<SessionsEnded> {
    return this.#api.request("DELETE /v1/account/sessions", { query }, options);
  }
}
