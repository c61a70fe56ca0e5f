import type { LogEvent, Loci } from "@loci/sdk";
import type { Environment } from "./environment.ts";
import type { Output } from "./output/output.ts";
import { requireCredentials, type Choice } from "./profiles/choice.ts";
import { VERSION } from "./version.ts";

interface Parts {
  output: Output;
  environment: Environment;
  verbose: boolean;
}

export const CLIENT_NAME = `loci-cli/${VERSION}`;

/** A client of the chosen server. Throws where nobody is signed in to it. */
export async function openClient(choice: Choice, { output, environment, verbose }: Parts): Promise<Loci> {
  const credentials = requireCredentials(choice);
  const { Loci } = await import("@loci/sdk");
  const base = { baseUrl: choice.baseUrl, client: CLIENT_NAME, ...(verbose && { log: (event: LogEvent) => tell(output, event) }) };
  if (credentials.from !== "profile") return new Loci({ ...base, apiKey: credentials.apiKey });
  if (credentials.profile.kind === "key") return new Loci({ ...base, apiKey: credentials.profile.api_key });
  const { TokenKeeper } = await import("./sign-in/token-keeper.ts");
  const keeper = new TokenKeeper(environment.configDir, choice.profileName);
  return new Loci({ ...base, apiKey: () => keeper.read(), fetch: (url, init) => keeper.fetch(url, init) });
}

function tell(output: Output, event: LogEvent): void {
  const { method, url } = event;
  if (event.event === "response") output.note(`${method} ${url} ${event.status} in ${event.ms} ms${event.request_id === null ? "" : ` (${event.request_id})`}`);
  if (event.event === "failure") output.note(`${method} ${url}: ${event.message}`);
  if (event.event === "retry") output.note(`${method} ${url}: once more in ${event.wait_ms} ms`);
}
