import { existsSync } from "node:fs";
import type { Values } from "./config.ts";
import { toBlockList } from "./http/client-address.ts";
import { findWeakness } from "./secrets.ts";

/** Rules between settings, so that they fail here and not where they would hurt; `said` are the names that were set, well or badly. */
export function findRuleFaults(settings: Partial<Values>, said: ReadonlySet<string>): string[] {
  const { NODE_ENV, AUTH_SECRET, KEY_PEPPER, KEY_PEPPER_PREVIOUS, EMBEDDER = "", EMBEDDER_BASE_URL = "", EMBEDDER_API_KEY, EMBEDDER_DIMENSIONS } = settings;
  const faults: string[] = [];
  if (NODE_ENV === "production") faults.push(...findProductionFaults(settings, said));
  faults.push(...findPeopleFaults(settings));
  if (KEY_PEPPER_PREVIOUS !== undefined && KEY_PEPPER === undefined) faults.push("KEY_PEPPER_PREVIOUS is set without KEY_PEPPER. Set the new pepper too.");
  if (KEY_PEPPER !== undefined && KEY_PEPPER === KEY_PEPPER_PREVIOUS) faults.push("KEY_PEPPER and KEY_PEPPER_PREVIOUS are the same. Take the previous one out.");
  if (AUTH_SECRET !== undefined && AUTH_SECRET === KEY_PEPPER) faults.push("KEY_PEPPER and AUTH_SECRET are the same. Who learns one must not have both: make another with `openssl rand -base64 32`.");
  if (EMBEDDER.startsWith("openai:") && EMBEDDER_API_KEY === undefined && EMBEDDER_BASE_URL.startsWith("https://api.openai.com")) {
    faults.push(`EMBEDDER_API_KEY is missing: EMBEDDER=${EMBEDDER} asks ${EMBEDDER_BASE_URL}, which wants one.`);
  }
  if (EMBEDDER_DIMENSIONS !== undefined && !EMBEDDER.startsWith("openai:")) faults.push(`EMBEDDER_DIMENSIONS is only for EMBEDDER=openai:MODEL, not for ${EMBEDDER}. Take it out.`);
  if (EMBEDDER.startsWith("onnx:") && !existsSync(EMBEDDER.slice("onnx:".length))) faults.push(`EMBEDDER=${EMBEDDER} names a folder that is not there.`);
  return faults;
}

const CLIENTS = [
  ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"],
  ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
  ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"],
] as const;

/** What is wrong in the settings of accounts and mail. */
function findPeopleFaults(settings: Partial<Values>): string[] {
  const faults: string[] = [];
  for (const names of CLIENTS) {
    const missing = names.filter((name) => settings[name] === undefined);
    if (missing.length > 0 && missing.length < names.length) faults.push(`${missing.join(" and ")} must be set as well: ${names.join(", ")} go together.`);
  }
  if (settings.SMTP_URL !== undefined && settings.RESEND_API_KEY !== undefined) faults.push("SMTP_URL and RESEND_API_KEY are both set. Keep one.");
  for (const name of ["TRUSTED_PROXIES", "EGRESS_ALLOW"] as const) {
    try {
      toBlockList(settings[name] ?? []);
    } catch (error) {
      faults.push(`${name} is at fault: ${(error as Error).message}`);
    }
  }
  return faults;
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function findProductionFaults(settings: Partial<Values>, said: ReadonlySet<string>): string[] {
  const { PUBLIC_URL } = settings;
  const faults: string[] = [];
  for (const name of ["KEY_PEPPER", "AUTH_SECRET"] as const) {
    if (settings[name] === undefined) faults.push(`${name} is missing: production needs it. Make one with \`openssl rand -base64 32\`.`);
  }
  for (const [name, bytesMin] of [["KEY_PEPPER", 32], ["KEY_PEPPER_PREVIOUS", 32], ["AUTH_SECRET", 32], ["METRICS_TOKEN", 16]] as const) {
    const value = settings[name];
    const weakness = value === undefined ? null : findWeakness(value, bytesMin);
    if (weakness !== null) faults.push(`${name} ${weakness}. Make one with \`openssl rand -base64 32\`.`);
  }
  if (settings.CONFORMANCE_FIXTURES === "on") faults.push("CONFORMANCE_FIXTURES=on adds tools that are for tests alone. Production does not start with them: take it out.");
  if (!said.has("PUBLIC_URL")) faults.push("PUBLIC_URL is missing: production needs the address under which browsers reach this server, like https://loci.example.com.");
  else if (PUBLIC_URL?.startsWith("http:") === true && !LOOPBACK.test(new URL(PUBLIC_URL).hostname)) {
    faults.push(`PUBLIC_URL must start with https:// in production, as passwords and cookies travel there: ${PUBLIC_URL} is open to whoever listens on the way.`);
  }
  return faults;
}
