import { isPermission } from "../policy/permissions.ts";
import { takesIdempotencyKey } from "./serve.ts";
import type { Route } from "./route.ts";

/** How a failure is called in the document, and what it says there, by its status. */
export const FAULTS = {
  400: ["InvalidRequest", "Something in the request is at fault: `param` names the field."],
  401: ["Unauthenticated", "Nobody is known by this request: it shows no key, no session and no proof, or none that works."],
  402: ["QuotaExceeded", "The plan of the workspace holds no more: `details` names the limit."],
  403: ["Forbidden", "Who calls is known, and may not do this: a scope, a role or a fresh proof is missing, or another site sent it."],
  404: ["NotFound", "There is no such thing, or it is not yours to see."],
  409: ["Conflict", "Something is in the way."],
  413: ["TooLarge", "The request is larger than its limit."],
  422: ["IdempotencyMismatch", "The Idempotency-Key was used before with another request."],
  429: ["RateLimited", "Too often: repeat after `Retry-After` seconds."],
  500: ["Internal", "A fault of ours. The request id finds it in the log."],
  502: ["UpstreamFailed", "A service that this call depends on failed."],
  503: ["Unavailable", "Not now: repeat after `Retry-After` seconds."],
} as const satisfies Record<number, readonly [name: string, description: string]>;

/** A status of a failure that the document knows. */
export type FaultStatus = keyof typeof FAULTS;

type Declared = Pick<Route, "method" | "scope" | "request" | "repeat" | "setsCookies" | "faults">;

/** The statuses that a route may refuse with: those that follow from what it declares, and those that it names itself. */
export function listFaults(route: Declared): FaultStatus[] {
  const { method, scope, request, setsCookies = false, faults = [] } = route;
  const implied: [when: boolean, statuses: FaultStatus[]][] = [
    [true, [400, 500, 503]],
    [scope !== "open", [401, 403]],
    [setsCookies && method !== "get", [403]],
    [request?.params !== undefined || isInWorkspace(route) || scope === "any key" || scope === "any program", [404]],
    [request?.body !== undefined || request?.text !== undefined, [413]],
    [takesIdempotencyKey(route), [409, 422]],
  ];
  return [...new Set([...implied.flatMap(([when, statuses]) => (when ? statuses : [])), ...faults])].toSorted((a, b) => a - b);
}

/** Whether it is done in a workspace, which a person has to name. */
export const isInWorkspace = ({ scope }: Pick<Route, "scope">): boolean => scope === "any caller" || isPermission(scope);
