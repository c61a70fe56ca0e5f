import { OAuthError } from "./errors.ts";

/** The parameters of a request to OAuth's own endpoints, each given once (RFC 6749 3.2). */
export interface Form {
  find(name: string): string | null;
  /** What must be there; throws `invalid_request`. */
  get(name: string): string;
}

export const FORM_BODY = { types: ["application/x-www-form-urlencoded"], bytesMax: 65_536 };

// Clients here have no secret: one who shows some was set up for another server.
const NO_SECRET = "Clients have no secret here: give client_id in the body, and client_assertion where the document of the client names private_key_jwt, and nothing else to prove who asks.";

/** Reads a form; throws where a client tries to prove itself by a secret. */
export function readForm({ text, header }: { text: string; header(name: string): string | null }): Form {
  // RFC 6749 5.2: whoever came with Authorization is answered in its own scheme.
  if (header("authorization") !== null) throw new OAuthError("invalid_client", NO_SECRET, { headers: { "www-authenticate": 'Basic realm="loci"' } });
  const sent = new URLSearchParams(text);
  const find = (name: string): string | null => {
    const [value, ...more] = sent.getAll(name);
    if (more.length > 0) throw new OAuthError(name === "resource" ? "invalid_target" : "invalid_request", `${name} is given more than once.`);
    // RFC 6749 3.1: a parameter without a value is treated as if it were left out.
    return value === undefined || value === "" ? null : value;
  };
  if (find("client_secret") !== null) throw new OAuthError("invalid_client", NO_SECRET);
  return {
    find,
    get: (name) => {
      const value = find(name);
      if (value === null) throw new OAuthError("invalid_request", `${name} is missing.`);
      return value;
    },
  };
}
