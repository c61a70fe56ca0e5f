import type { Api, Query } from "../api.ts";
import type { Pages } from "../pages.ts";
import type { CallOptions } from "../request.ts";
import type {
  CreatedInvitation, Invitation, InvitationPage, InvitationShown, Member, MemberChange, MemberPage, NewInvitation, NewWorkspace, Workspace, WorkspaceChange, WorkspaceDeletion, WorkspacePage, WorkspaceTransfer,
} from "../types.gen.ts";
import { WorkspaceConnections } from "./connections.ts";

/** Workspaces. A key can get its own; the rest is for people, by their session. */
export class Workspaces {
  readonly members: Members;
  readonly invitations: Invitations;
  readonly connections: WorkspaceConnections;
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.members = new Members(api);
    this.invitations = new Invitations(api);
    this.connections = new WorkspaceConnections(api);
  }

  /** Those that the person is in. */
  list(query: Query<"GET /v1/workspaces"> = {}, options?: CallOptions): Pages<Workspace, WorkspacePage> {
    return this.#api.list("GET /v1/workspaces", { query }, (page) => page.items, options);
  }

  create(body: NewWorkspace, options?: CallOptions): Promise<Workspace> {
    return this.#api.request("POST /v1/workspaces", { body }, options);
  }

  /** By id or slug. Throws a `NotFoundError` for one that is not the caller's. */
  get(workspace: string, options?: CallOptions): Promise<Workspace> {
    return this.#api.request("GET /v1/workspaces/{workspace}", { params: { workspace } }, options);
  }

  update(workspace: string, body: WorkspaceChange, options?: CallOptions): Promise<Workspace> {
    return this.#api.request("PATCH /v1/workspaces/{workspace}", { params: { workspace }, body }, options);
  }

  /** `restore` undoes it until `delete_after`. */
  delete(workspace: string, query: Query<"DELETE /v1/workspaces/{workspace}"> = {}, options?: CallOptions): Promise<WorkspaceDeletion> {
    return this.#api.request("DELETE /v1/workspaces/{workspace}", { params: { workspace }, query }, options);
  }

  restore(workspace: string, options?: CallOptions): Promise<Workspace> {
    return this.#api.request("POST /v1/workspaces/{workspace}/restore", { params: { workspace } }, options);
  }

  leave(workspace: string, options?: CallOptions): Promise<undefined> {
    return this.#api.request("POST /v1/workspaces/{workspace}/leave", { params: { workspace } }, options);
  }

  /** Makes another member the owner. */
  transfer(workspace: string, body: WorkspaceTransfer, options?: CallOptions): Promise<Workspace> {
    return this.#api.request("POST /v1/workspaces/{workspace}/transfer", { params: { workspace }, body }, options);
  }
}

/** Who is in a workspace, and as what. */
export class Members {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  list(workspace: string, query: Query<"GET /v1/workspaces/{workspace}/members"> = {}, options?: CallOptions): Pages<Member, MemberPage> {
    return this.#api.list("GET /v1/workspaces/{workspace}/members", { params: { workspace }, query }, (page) => page.items, options);
  }

  update(workspace: string, user: string, body: MemberChange, options?: CallOptions): Promise<Member> {
    return this.#api.request("PATCH /v1/workspaces/{workspace}/members/{user}", { params: { workspace, user }, body }, options);
  }

  remove(workspace: string, user: string, options?: CallOptions): Promise<undefined> {
    return this.#api.request("DELETE /v1/workspaces/{workspace}/members/{user}", { params: { workspace, user } }, options);
  }
}

/** Who is asked into a workspace. */
export class Invitations {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  list(workspace: string, query: Query<"GET /v1/workspaces/{workspace}/invitations"> = {}, options?: CallOptions): Pages<Invitation, InvitationPage> {
    return this.#api.list("GET /v1/workspaces/{workspace}/invitations", { params: { workspace }, query }, (page) => page.items, options);
  }

  create(workspace: string, body: NewInvitation, options?: CallOptions): Promise<CreatedInvitation> {
    return this.#api.request("POST /v1/workspaces/{workspace}/invitations", { params: { workspace }, body }, options);
  }

  revoke(workspace: string, id: string, options?: CallOptions): Promise<undefined> {
    return this.#api.request("DELETE /v1/workspaces/{workspace}/invitations/{id}", { params: { workspace, id } }, options);
  }

  /** What an invitation offers; `token` is what follows `#token=` in its link. */
  read(token: string, options?: CallOptions): Promise<InvitationShown> {
    return this.#api.request("POST /v1/invitations/read", { body: { token } }, options);
  }

  accept(token: string, options?: CallOptions): Promise<Workspace> {
    return this.#api.request("POST /v1/invitations/accept", { body: { token } }, options);
  }
}
