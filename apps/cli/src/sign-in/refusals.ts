import * as oauth from "oauth4webapi";
import { CliError } from "../exit.ts";
import { toLoginCommand, type LoginTerms } from "../profiles/choice.ts";

const MEANING: Readonly<Record<string, string>> = {
  access_denied: "The sign-in was refused in the browser.",
  expired_token: "The code was not entered in time.",
  invalid_grant: "The sign-in has ended, or was used already.",
  invalid_client: "The server does not know this command line.",
};

/** What went wrong while somebody signed in, in words, with what to do. */
export function toSignInError(error: unknown, terms: LoginTerms): CliError {
  const { baseUrl } = terms;
  if (error instanceof CliError) return error;
  const refused = error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError ? error : null;
  if (refused !== null) {
    const { error: code, error_description: words } = refused;
    return new CliError("auth", MEANING[code] ?? `The server refused the sign-in: ${words ?? code}`, { hint: `Try again: ${toLoginCommand(terms)}`, cause: error });
  }
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
    return new CliError("network", `${baseUrl} does not answer as a Loci to which people can sign in: ${error.message}.`, { hint: `Check the address (--base-url). A server without accounts is called with a key: ${toLoginCommand(terms)} --api-key -`, cause: error });
  }
  const { name, message, cause } = error as Error & { cause?: { message?: string } };
  const reason = name === "TimeoutError" ? "no answer came in time" : (cause?.message ?? message);
  return new CliError("network", `${baseUrl} was not reached: ${reason}.`, { hint: "Is Loci running there? Another address goes into --base-url or LOCI_BASE_URL.", cause: error });
}
