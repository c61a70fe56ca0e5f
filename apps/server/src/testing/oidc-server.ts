import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import { Provider, type Configuration } from "oidc-provider";

interface OidcAccount {
  email: string;
  email_verified: boolean;
  name?: string;
}

/** A real OpenID Connect provider on a port. */
export interface OidcServer {
  issuer: string;
  /** The people there, by their `sub`; change them at will. */
  accounts: Map<string, OidcAccount>;
  close(): Promise<void>;
}

const CLIENT = { client_id: "loci", client_secret: "a client secret for tests, long enough" };
/** What the app is configured with to use it. */
export const oidcSettings = (port: number) => ({ OIDC_ISSUER: toIssuer(port), OIDC_CLIENT_ID: CLIENT.client_id, OIDC_CLIENT_SECRET: CLIENT.client_secret });
const toIssuer = (port: number): string => `http://127.0.0.1:${port}`;

export async function openOidcServer(port: number, publicUrl: string): Promise<OidcServer> {
  const issuer = toIssuer(port);
  const accounts = new Map<string, OidcAccount>();
  const configuration: Configuration = {
    clients: [{ ...CLIENT, redirect_uris: [`${publicUrl}/v1/auth/callback/oidc`], response_types: ["code"], grant_types: ["authorization_code"] }],
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => Promise.resolve({ sub, ...accounts.get(sub) }) }),
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ["a key for tests"] },
    jwks: { keys: [{ ...generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
  };
  const answer = new Provider(issuer, configuration).callback();
  const server = createServer((request, response) => void answer(request, response));
  await listen(server, port);
  return {
    issuer, accounts,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
}

const STEPS_MAX = 20;

/** A browser at the provider: it follows redirects and fills in the two forms as `sub`, until it is sent away from there. */
export async function visitProvider({ issuer }: OidcServer, url: string, sub: string): Promise<URL> {
  const jar = new Map<string, string>();
  let next: { url: string; form?: string } = { url };
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const { form } = next;
    const response = await fetch(next.url, {
      redirect: "manual",
      ...(form !== undefined && { method: "POST", body: form }),
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "), ...(form !== undefined && { "content-type": "application/x-www-form-urlencoded" }) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null) {
      const to = new URL(location, next.url);
      if (!to.href.startsWith(issuer)) return to;
      next = { url: to.href };
      continue;
    }
    const page = await response.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? "";
    const action = /action="([^"]+)"/.exec(page)?.[1];
    if (action === undefined) throw new Error(`The provider answered ${response.status}: ${page.slice(0, 300)}`);
    next = { url: new URL(action, next.url).href, form: prompt === "login" ? `prompt=login&login=${sub}&password=any` : `prompt=${prompt}` };
  }
  throw new Error("The provider sends around in a circle.");
}
