/** Who stands behind a memory, from the least trusted to the most. */
export const TRUST_LEVELS = ["web", "connector", "agent", "user"] as const;
export type Trust = (typeof TRUST_LEVELS)[number];

export const ROLES = ["user", "assistant", "other"] as const;
export type Role = (typeof ROLES)[number];

/** The memory types that Loci knows by name; any other lower-case word is accepted. */
export const MEMORY_TYPES = [
  "general", "task", "project", "technology", "code_pattern", "problem", "solution", "error", "fix", "command",
  "file_context", "workflow", "conversation", "fact", "preference",
] as const;

/** What one memory may hold at the most; UTF-8 bytes, metadata as JSON. Of older versions the newest 100 are kept. */
export const MEMORY_LIMITS = { content_bytes: 1_048_576, metadata_bytes: 16_384, tags: 50, versions: 100 } as const;

/** Where a memory came from. `kind` is `api`, `mcp`, `relay`, `import` or a connector's name. */
export interface Source {
  kind: string;
  client?: string;
  ref?: string;
  key_id?: string;
  /** The connected app that wrote it. */
  connection_id?: string;
}

export interface Memory {
  id: string;
  group: string;
  type: string;
  title?: string;
  /** At most 1 MB of UTF-8. */
  content: string;
  tags: string[];
  /** At most 16 KB as JSON. */
  metadata: Record<string, unknown>;
  /** 0 to 1; 0.5 where nobody said. */
  importance: number;
  source: Source;
  trust: Trust;
  /** The sitting this was said in; its neighbours are the previous and the next of the same group and session. */
  session?: string;
  speaker?: string;
  role?: Role;
  /** When it happened or was said, RFC 3339 UTC. */
  occurred_at?: string;
  valid_from?: string;
  valid_to?: string;
  expires_at?: string;
  /** 1 at first, one more with each change. */
  version: number;
  supersedes?: string;
  superseded_by?: string;
  /** Set while a forgotten memory can still be restored. */
  forgotten_at?: string;
  created_at: string;
  updated_at: string;
}

/** What a caller may say of a memory; everything but `content` has a default. */
export interface NewMemory {
  content: string;
  group?: string | undefined;
  type?: string | undefined;
  title?: string | undefined;
  tags?: string[] | undefined;
  metadata?: Record<string, unknown> | undefined;
  importance?: number | undefined;
  source?: Partial<Source> | undefined;
  trust?: Trust | undefined;
  session?: string | undefined;
  speaker?: string | undefined;
  role?: Role | undefined;
  occurred_at?: string | undefined;
  valid_from?: string | undefined;
  valid_to?: string | undefined;
  expires_at?: string | undefined;
  /** The id of the memory that this one replaces. */
  supersedes?: string | undefined;
}

/** The fields a `PATCH` may change; `null` takes an optional one away. */
export interface MemoryPatch {
  content?: string | undefined;
  type?: string | undefined;
  title?: string | null | undefined;
  tags?: string[] | undefined;
  metadata?: Record<string, unknown> | undefined;
  importance?: number | undefined;
  trust?: Trust | undefined;
  session?: string | null | undefined;
  speaker?: string | null | undefined;
  role?: Role | null | undefined;
  occurred_at?: string | null | undefined;
  valid_from?: string | null | undefined;
  valid_to?: string | null | undefined;
  expires_at?: string | null | undefined;
}

/** How a memory looked before a change. */
export interface MemoryVersion {
  version: number;
  /** The operation that replaced this version. */
  operation_id: string;
  replaced_at: string;
  memory: Memory;
}

export type StoreStatus = "created" | "updated" | "merged" | "ignored";

export interface StoreReceipt {
  memory: Memory;
  status: StoreStatus;
  /** Why it was not simply created, or what was kept. */
  reason: string;
}

/** The families of the relationship types in ARCHITECTURE.md 6; any other UPPER_SNAKE word is of the family `custom`. */
export const RELATIONSHIP_FAMILIES = {
  causal: ["CAUSES", "TRIGGERS", "LEADS_TO", "PREVENTS", "BREAKS"],
  solution: ["SOLVES", "ADDRESSES", "ALTERNATIVE_TO", "IMPROVES", "REPLACES"],
  context: ["OCCURS_IN", "APPLIES_TO", "WORKS_WITH", "REQUIRES", "USED_IN"],
  learning: ["BUILDS_ON", "CONTRADICTS", "CONFIRMS", "GENERALIZES", "SPECIALIZES"],
  similarity: ["SIMILAR_TO", "VARIANT_OF", "RELATED_TO", "ANALOGY_TO", "OPPOSITE_OF"],
  workflow: ["FOLLOWS", "DEPENDS_ON", "ENABLES", "BLOCKS", "PARALLEL_TO"],
  quality: ["EFFECTIVE_FOR", "INEFFECTIVE_FOR", "PREFERRED_OVER", "DEPRECATED_BY", "VALIDATED_BY"],
} as const;

export interface Relationship {
  id: string;
  from: string;
  to: string;
  type: string;
  family: string;
  /** 0 to 1; 0.5 where nobody said. */
  strength: number;
  context?: string;
  created_at: string;
  updated_at: string;
}

export interface NewRelationship {
  from: string;
  to: string;
  type: string;
  strength?: number | undefined;
  context?: string | undefined;
}

export interface Group {
  name: string;
  memories: number;
  storage_bytes: number;
  created_at: string;
  updated_at: string;
}
