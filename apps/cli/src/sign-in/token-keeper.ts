import { CliError } from "../exit.ts";
import { readProfiles, writeProfiles, type SignInProfile } from "../profiles/file.ts";
import { withLock } from "../profiles/lock.ts";

// A token is renewed before it ends: a request, and a clock that is wrong, take their time.
const RENEW_BEFORE_MS = 60_000;
const UNAUTHENTICATED = 401;

/**
 * Gives out the access token of a sign-in, and renews it when it ends. A renewal ends both tokens before it, so of all
 * processes on this sign-in one renews, under the lock, and the others read what it kept.
 */
export class TokenKeeper {
  readonly #configDir: string;
  readonly #profileName: string;
  #renewing: Promise<string> | null = null;

  constructor(configDir: string, profileName: string) {
    this.#configDir = configDir;
    this.#profileName = profileName;
  }

  /** A token that still works for a while. It is read anew each time: another process may have renewed it. */
  async read(): Promise<string> {
    const profile = this.#requireProfile();
    return endsSoon(profile) ? this.#renew(profile.access_token) : profile.access_token;
  }

  /** `fetch`, and once more with another token where the server no longer takes the first: it ends early when another process renews it. */
  async fetch(url: string, init: RequestInit): Promise<Response> {
    const response = await globalThis.fetch(url, init);
    const headers = new Headers(init.headers);
    const used = headers.get("authorization")?.replace(/^Bearer /, "");
    if (response.status !== UNAUTHENTICATED || used === undefined) return response;
    // Without another token the refusal stands, and says more than the failed renewal.
    const token = await this.#renew(used).catch(() => null);
    if (token === null) return response;
    await response.body?.cancel();
    headers.set("authorization", `Bearer ${token}`);
    return globalThis.fetch(url, { ...init, headers });
  }

  #renew(used: string): Promise<string> {
    this.#renewing ??= this.#renewAlone(used).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  #renewAlone(used: string): Promise<string> {
    return withLock(this.#configDir, async () => {
      const profile = this.#requireProfile();
      if (profile.access_token !== used && !endsSoon(profile)) return profile.access_token;
      const renewed = await this.#refresh(profile);
      writeProfiles(this.#configDir, { ...readProfiles(this.#configDir), [this.#profileName]: renewed });
      return renewed.access_token;
    });
  }

  async #refresh(profile: SignInProfile): Promise<SignInProfile> {
    const [{ refreshProfile }, { toSignInError }, { ResponseBodyError }] = await Promise.all([import("./tokens.ts"), import("./refusals.ts"), import("oauth4webapi")]);
    try {
      return await refreshProfile(profile);
    } catch (error) {
      if (!(error instanceof ResponseBodyError) || error.error !== "invalid_grant") throw toSignInError(error, { baseUrl: profile.base_url, profileName: this.#profileName });
      // Nothing will make it work again, so it is not tried again.
      const { [this.#profileName]: _ended, ...others } = readProfiles(this.#configDir);
      writeProfiles(this.#configDir, others);
      throw this.#toEnded(profile.base_url, error);
    }
  }

  #requireProfile(): SignInProfile {
    const profile = readProfiles(this.#configDir)[this.#profileName];
    if (profile?.kind !== "sign_in") throw this.#toEnded(null, undefined);
    return profile;
  }

  /** One sentence with the remedy in it: an assistant that calls over MCP passes on no more than the message. */
  #toEnded(baseUrl: string | null, cause: unknown): CliError {
    const login = `loci login --profile ${this.#profileName}${baseUrl === null ? "" : ` --base-url ${baseUrl}`}`;
    return new CliError("auth", `The sign-in ${baseUrl === null ? `"${this.#profileName}"` : `to ${baseUrl}`} has ended. Sign in again: ${login}`, { cause });
  }
}

const endsSoon = ({ expires_at }: SignInProfile): boolean => Date.parse(expires_at) - Date.now() < RENEW_BEFORE_MS;
