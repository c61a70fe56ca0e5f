/** What each part of scenarios.json may be; README.md says what it means. */
export interface Scenario {
  id: string;
  name: string;
  /** Numbers in BEHAVIOR.md. */
  rules: string[];
  /** Runtimes that cannot show it. */
  not_in?: string[];
  client?: ClientSettings;
  calls: ScenarioCall[];
  replies: Reply[];
  requests?: ExpectedRequest[];
  requests_count?: number;
  waits_ms?: number[];
  log?: { events: string[]; lacks: string[] };
}

export interface ClientSettings {
  api_key?: string | null;
  base_path?: string;
  client?: string;
  workspace?: string;
  headers?: Record<string, string>;
  timeout_ms?: number;
  retries_max?: number;
  random?: number;
  now?: string;
  log_fails?: boolean;
}

export interface ScenarioCall {
  operation: string;
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: Record<string, unknown>;
  text?: string;
  lines?: { text: string; times: number };
  options?: { idempotency_key?: string; workspace?: string; retries_max?: number; end?: "before" | "while_answering" | "while_waiting" };
  as?: "page" | "items" | "first_item" | "lines";
  result?: unknown;
  error?: ExpectedError;
  ended?: boolean;
}

export interface ExpectedError {
  class?: string;
  base?: string;
  status?: number | null;
  code?: string;
  param?: string | null;
  request_id?: string | null;
  retry_after?: number | null;
  details?: unknown;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  fault?: "drop" | "drop_mid_body" | "hold" | "hold_mid_body";
}

export interface ExpectedRequest {
  method: string;
  target: string;
  headers?: Record<string, string | null>;
  json?: unknown;
  text?: string;
  lines?: number;
}

/** What the server keeps of a request. */
export interface SeenRequest {
  method: string;
  /** Path and query, from the scenario's address on; the query is sorted by name. */
  target: string;
  headers: Record<string, string>;
  text: string;
}
