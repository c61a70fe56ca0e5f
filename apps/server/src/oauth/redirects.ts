import { OAuthError } from "./errors.ts";

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
const CHARS_MAX = 2_000;

/** What a browser or a system does something else with than to open the app of somebody who waits for an answer. */
const NO_APPS: ReadonlySet<string> = new Set([
  "about", "blob", "cid", "chrome", "chrome-extension", "content", "data", "edge", "file", "filesystem", "ftp", "ftps", "geo", "intent", "jar", "javascript", "mailto", "mid", "moz-extension",
  "resource", "sftp", "sms", "ssh", "tel", "urn", "vbscript", "view-source", "wpad", "ws", "wss", "x-javascript",
]);

// A URL parser takes these away or turns them into others, so that what is compared would not be what is opened.
const UNSURE = /[^\x21-\x7e]|\\|\*/;

const refused = (message: string): OAuthError => new OAuthError("invalid_redirect_uri", message);

/** The text, when a client may have it as a redirect URI: https, http on the person's own machine, or a scheme of an app. */
export function requireRedirectUri(text: string): string {
  if (text.length > CHARS_MAX) throw refused(`A redirect URI has at most ${CHARS_MAX} characters.`);
  const shown = text.slice(0, 200);
  if (UNSURE.test(text)) throw refused(`${shown} holds a space, a backslash, a * or a character beyond ASCII. Write it percent-encoded and without wildcards.`);
  if (!URL.canParse(text)) throw refused(`${shown} is not a URL.`);
  const { protocol, username, password, hostname } = new URL(text);
  if (text.includes("#")) throw refused(`${shown} has a fragment. Take it off.`);
  if (username !== "" || password !== "") throw refused(`${shown} has a user name in it. Take it out.`);
  if (protocol === "https:") return text;
  if (protocol === "http:" && !LOOPBACK_HOSTS.has(hostname)) throw refused(`${shown}: http is for 127.0.0.1, [::1] and localhost alone. Use https.`);
  if (NO_APPS.has(protocol.slice(0, -1))) throw refused(`${shown}: nobody can be sent back to ${protocol} Use https, http on 127.0.0.1, or a scheme of the app's own.`);
  return text;
}

/** Whether a client that has these redirect URIs may be answered at this one: exactly one of them, but for the port of a loopback address (RFC 8252 7.3). */
export function isRegistered(registered: readonly string[], asked: string): boolean {
  if (registered.includes(asked)) return true;
  const portless = withoutLoopbackPort(asked);
  return portless !== null && registered.some((known) => withoutLoopbackPort(known) === portless);
}

/** Whether it leads to the person's own machine: any program there can listen, so nobody can tell which it is. */
export const isLoopback = (uri: string): boolean => withoutLoopbackPort(uri) !== null;

const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::\d{1,5})?(?=[/?]|$)/;

function withoutLoopbackPort(uri: string): string | null {
  if (!LOOPBACK.test(uri) || UNSURE.test(uri) || uri.includes("#") || !URL.canParse(uri)) return null;
  return uri.replace(LOOPBACK, "$1");
}
