import { SECOND_MS } from "@loci/kit/clock";
import type { OpenCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { checkAssertion, readAssertion, readSubject, spendAssertion, type Proof } from "./assertions.ts";
import type { ClientKeys } from "./client-keys.ts";
import { findClient, renewClient, type Client } from "./clients.ts";
import { OAuthError } from "./errors.ts";
import type { Form } from "./form.ts";
import { chargeRenewal, chargeTokenRequest } from "./limits.ts";

/** Where no key fits, they may have changed: they are looked at once more, unless that was done just now. */
const RECENT_MS = 30 * SECOND_MS;

const refused = (message: string): OAuthError => new OAuthError("invalid_client", message);

const PUBLIC = "This client is public: client_id is all that it shows. Leave client_assertion out, or name private_key_jwt and keys in the document of the client.";

/** Who asks for tokens, or gives them back: a public client shows its name, one whose document names keys proves itself by one of them. */
export async function admitClient(parts: Parts, { origin: { address } }: OpenCall, form: Form): Promise<string> {
  const assertion = readAssertion(form);
  const client_id = assertion === null ? form.get("client_id") : (form.find("client_id") ?? readSubject(assertion));
  const known = await findClient(parts, client_id);
  // Names that nobody has are counted as one, or they would fill the memory.
  await chargeTokenRequest(parts, { client_id: known?.id ?? "unknown", address });
  if (known === undefined) throw refused("This client is not known here. Register it, or ask a person for access first.");
  if (assertion === null) return requirePublic(parts, known, address);
  await spendAssertion(parts, await prove(parts, known, { assertion, address }));
  return known.id;
}

/** Refuses who proves itself where only public clients are. */
export function refuseAssertion(form: Form): void {
  if (readAssertion(form) !== null) throw refused(PUBLIC);
}

/** Where a document was public and is not fresh any more, it may have taken keys since. One that cannot be read says nothing else than before; that we did not look says nothing. */
async function requirePublic(parts: Parts, known: Client, address: string | null): Promise<string> {
  // Nothing is fetched for who should show something.
  const client = known.keys !== null ? known : await renewClient(parts, known, { agedMs: Infinity, address, charge: () => chargeRenewal(parts, address) }).catch((error: unknown) => (error instanceof OAuthError ? known : Promise.reject(error)));
  if (client.keys !== null) throw refused("The document of this client names private_key_jwt: send client_assertion, signed with one of its keys.");
  return client.id;
}

async function prove(parts: Parts, known: Client, { assertion, address }: { assertion: string; address: string | null }): Promise<Proof> {
  const { config: { publicUrl }, now } = parts;
  const audiences = [publicUrl, `${publicUrl}/oauth/token`];
  const looking = { address, charge: () => chargeRenewal(parts, address) };
  let client = known;
  for (const agedMs of [Infinity, RECENT_MS]) {
    // Where they lie at a URL of their own, the document has not to be read again for them.
    client = await renewClient(parts, client, { agedMs: isElsewhere(client.keys) ? Infinity : agedMs, ...looking });
    if (client.keys === null) continue;
    const { keys, id: client_id } = client;
    const set = "jwks" in keys ? keys.jwks : await parts.keySets.read(keys.jwks_uri, { agedMs, ...looking });
    const proof = await checkAssertion(assertion, { client_id, audiences, keys: set, alg: keys.alg, at: now() });
    if (proof !== null) return proof;
  }
  throw refused(client.keys === null ? PUBLIC : "The client_assertion cannot be used: none of the keys of this client fits its signature, alg and kid.");
}

const isElsewhere = (keys: ClientKeys | null): boolean => keys !== null && "jwks_uri" in keys;
