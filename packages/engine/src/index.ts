export { openEngine } from "./engine.ts";
export type { EngineOptions } from "./engine.ts";
export { FILTER_DEPTH_MAX, FILTER_FIELDS, FILTER_OPERATORS, FILTER_TESTS_MAX, FILTER_VALUES_MAX, METADATA_PREFIX } from "./filter-fields.ts";
export type { FilterField, FilterFieldKind, FilterOperator } from "./filter-fields.ts";
export type { FieldTest, Filter, FilterValue } from "./filter.ts";
export { MEMORY_LIMITS, MEMORY_TYPES, RELATIONSHIP_FAMILIES, ROLES, TRUST_LEVELS } from "./memory.ts";
export type {
  Group, Memory, MemoryPatch, MemoryVersion, NewMemory, NewRelationship, Relationship, Role, Source, StoreReceipt, StoreStatus, Trust,
} from "./memory.ts";
export { requireOwnGroup } from "./tenants/groups.ts";
export { METERS } from "./workspace.ts";
export type {
  Access, AccessListQuery, Engine, EngineStatus, ExportRecord, ForgetReceipt, ForgetTarget, Graph, GraphQuery, Idempotency, ImportedMemory, ImportRecord,
  MemoryListQuery, Meter, Operation, Outcome, RecallQuery, RecallResult, RecalledMemory, RelatedQuery, RelationshipListQuery, ResultOf,
  UsageReport, Workspace, WriteCommand, Writes,
} from "./workspace.ts";
