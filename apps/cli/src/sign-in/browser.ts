import * as oauth from "oauth4webapi";
import { CliError } from "../exit.ts";
import { toLoginCommand, type LoginTerms } from "../profiles/choice.ts";
import { openCallback, type Return } from "./callback.ts";
import { toSignInError } from "./refusals.ts";
import { CLIENT, NO_SECRET, SCOPE, toRequestOptions, type Site } from "./site.ts";

const WAIT_MAX_MINUTES = 10;

interface BrowserOptions {
  /** Is told where the browser must go, before it is opened. */
  tell(url: string): void;
  /** Opens it there. */
  open(url: string): void;
}

/** Sends a person to the server's page and waits for them to come back: authorization code with PKCE over a loopback address. */
export async function signInByBrowser(site: Site, { tell, open }: BrowserOptions): Promise<oauth.TokenEndpointResponse> {
  using callback = await openCallback();
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = toAuthorizeUrl(site, { redirect_uri: callback.redirectUri, state, code_challenge: await oauth.calculatePKCECodeChallenge(verifier) });
  tell(url);
  open(url);
  const returned = await callback.wait(state, toDeadline(site));
  try {
    const tokens = await exchange(site, { returned, state, verifier, redirectUri: callback.redirectUri });
    returned.answer("You are signed in", "Go back to the terminal. This page can be closed.");
    return tokens;
  } catch (error) {
    returned.answer("You are not signed in", "The terminal says why. This page can be closed.");
    throw toSignInError(error, site);
  }
}

function toAuthorizeUrl({ server, resource }: Site, parameters: Record<string, string>): string {
  const url = URL.parse(server.authorization_endpoint ?? "");
  // The system opens whatever it is given; only a page is meant.
  if (url === null || !/^https?:$/.test(url.protocol)) throw new CliError("network", `${server.issuer} names no page to sign in on.`);
  const all = { response_type: "code", client_id: CLIENT.client_id, code_challenge_method: "S256", scope: SCOPE, resource, ...parameters };
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
  return url.href;
}

function toDeadline(terms: LoginTerms): AbortSignal {
  const controller = new AbortController();
  const late = new CliError("auth", `Nobody came back from the browser within ${WAIT_MAX_MINUTES} minutes.`, { hint: `Begin again: ${toLoginCommand(terms)}\nOn a machine without a browser: ${toLoginCommand({ ...terms, headless: true })}` });
  setTimeout(() => controller.abort(late), WAIT_MAX_MINUTES * 60_000).unref();
  return controller.signal;
}

interface Came {
  returned: Return;
  state: string;
  verifier: string;
  redirectUri: string;
}

async function exchange({ server, resource, baseUrl }: Site, { returned, state, verifier, redirectUri }: Came): Promise<oauth.TokenEndpointResponse> {
  const parameters = oauth.validateAuthResponse(server, CLIENT, returned.url, state);
  const options = { ...toRequestOptions(baseUrl), additionalParameters: { resource } };
  const response = await oauth.authorizationCodeGrantRequest(server, CLIENT, NO_SECRET, parameters, redirectUri, verifier, options);
  return oauth.processAuthorizationCodeResponse(server, CLIENT, response);
}
