export { Loci, type Options } from "./client.ts";
export type { Answer, Arguments, Body, Input, Query, Route, StreamRoute } from "./api.ts";
export type { CallOptions, Fetch, Parts } from "./request.ts";
export type { Log, LogEvent, RequestFailed, RequestSent, ResponseReceived, RetryPlanned } from "./log.ts";
export type { Cursored, Pages } from "./pages.ts";
export type { Download } from "./download.ts";
export type { Lines } from "./import.ts";
export type { Account as AccountCalls, Sessions as SessionCalls } from "./nouns/account.ts";
export type { Audit as AuditCalls } from "./nouns/audit.ts";
export type { Connections as ConnectionCalls, WorkspaceConnections as WorkspaceConnectionCalls } from "./nouns/connections.ts";
export type { Groups as GroupCalls } from "./nouns/groups.ts";
export type { Keys as KeyCalls } from "./nouns/keys.ts";
export type { Mcp as McpCalls } from "./nouns/mcp.ts";
export type { Memories as MemoryCalls, MemoryQuery } from "./nouns/memories.ts";
export type { Relationships as RelationshipCalls } from "./nouns/relationships.ts";
export type { Invitations as InvitationCalls, Members as MemberCalls, Workspaces as WorkspaceCalls } from "./nouns/workspaces.ts";
export { verifyWebhook, type VerifyOptions, type Webhook, type WebhookHeaders } from "./webhooks.ts";
export { VERSION } from "./version.ts";
export {
  ConflictError, ConnectionError, ForbiddenError, IdempotencyMismatchError, InternalError, InvalidRequestError, LociError, NotFoundError, QuotaExceededError,
  RateLimitedError, TimeoutError, TooLargeError, UnauthenticatedError, UnavailableError, UnexpectedAnswerError, UpstreamFailedError, WebhookError,
  type ClientErrorCode, type ErrorParts, type ServerErrorCode,
} from "./errors.ts";
export type {
  Account, AccountChange, AccountDeletion, ApiKey, ApiKeyPage, ApiKeyPatch, AuditEvent, AuditPage, BatchOperation, BatchResults, Connection, ConnectionPage, ConnectionPatch, ConnectionRequest, ConnectionRequestPage, CreatedApiKey, CreatedInvitation, ErrorBody, ExportBody, Filter, ForgetBody,
  ForgetReceipt, Graph, GraphNode, Group, GroupPage, ImportReceipt, InstallGuide, InstallGuides, InstallWay, Invitation, InvitationPage, InvitationShown, Member, MemberChange, MemberPage, Memory, MemoryHistory, MemoryPage, MemoryPatch, MemoryVersion,
  Message, MeterUse, NewApiKey, NewInvitation, NewMemory, NewRelationship, NewWorkspace, OwnKey, RecallBody, RecallResult, RecalledMemory, RelatedMemories, Relationship, RelationshipPage, RelationshipReceipt,
  RemovedRelationship, RestoreBody, RotateApiKey, RotatedApiKey, Routes, Session, SessionsEnded, StoreBody, StoreReceipt, StoreReceipts, StreamRoutes, TransferCounts, Usage, WhoAmI, Workspace, WorkspaceChange,
  WorkspaceDeletion, WorkspaceGuides, WorkspaceGuidesPage, WorkspacePage, WorkspaceTransfer,
} from "./types.gen.ts";
