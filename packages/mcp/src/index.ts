export type { Caller } from "./caller.ts";
export { readClientName } from "./client-name.ts";
export { createSessionLeg } from "./conformance/session-leg.ts";
export { TOOL_LIST } from "./list.ts";
export { createMcpServer, type McpOptions } from "./server.ts";
export { toolOf, type Profile } from "./table.ts";
