import { pino, type Logger } from "pino";

export type Log = Logger;
export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

// Whatever an object logged by mistake may hold, these never reach a line.
const SECRET_FIELDS = ["authorization", "cookie", "secret", "password", "token", "pepper", "content", "query", "body"];

/** One JSON line per event on standard output, with ISO times. Bodies and keys are never logged. */
export function createLog(level: LogLevel, destination?: { write(line: string): void }): Log {
  const options = {
    level,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: "[redacted]" },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

export const silentLog: Log = pino({ level: "silent" });
