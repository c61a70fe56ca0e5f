/** What the client tells of its work. Bodies are never in it, and secrets are masked. */
export type LogEvent = RequestSent | ResponseReceived | RequestFailed | RetryPlanned;

interface Told {
  method: string;
  url: string;
  /** 1 for the first try of a call. */
  try: number;
}

/** A try begins. */
export interface RequestSent extends Told {
  event: "request";
  headers: Record<string, string>;
}

/** The head of an answer is there. */
export interface ResponseReceived extends Told {
  event: "response";
  status: number;
  ms: number;
  request_id: string | null;
}

/** No answer came, or not all of it. */
export interface RequestFailed extends Told {
  event: "failure";
  ms: number;
  message: string;
}

/** The call will be tried again after `wait_ms`. */
export interface RetryPlanned extends Told {
  event: "retry";
  wait_ms: number;
}

export type Log = (event: LogEvent) => void;

const SECRET = /^(?:.*authorization|(?:set-)?cookie|.*(?:api-?key|token|secret|password).*)$/i;
const MASK = "***";

/** A log that cannot break a call: secret headers are masked, and `secret` wherever else it turns up. */
export function guardLog(log: Log, secret: string | undefined): Log {
  const mask = (value: unknown): unknown => {
    if (typeof value === "object" && value !== null) return maskHeaders(value as Record<string, string>);
    return typeof value === "string" && secret !== undefined && secret !== "" ? value.replaceAll(secret, MASK) : value;
  };
  return (event) => {
    try {
      log(Object.fromEntries(Object.entries(event).map(([name, value]) => [name, mask(value)])) as unknown as LogEvent);
    } catch {
      // What was asked for has been done or not, whatever the log makes of it.
    }
  };
}

/** Of secrets only the scheme stays. */
const maskHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, SECRET.test(name) ? value.replace(/^((?:Bearer|Basic) )?.*$/is, `$1${MASK}`) : value]));
