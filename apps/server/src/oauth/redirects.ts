import { OAuthError } from "./errors.ts";

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
const CHARS_MAX = 2_000;

/** What a browser or a system does something else with than to open the app of somebody who waits for an answer. */
const NO_APPS: ReadonlySet<string> = new Set([
  "about", "afp", "android-app", "blob", "callto", "cid", "content", "data", "dav", "davs", "dict", "edge", "feed", "feeds", "file", "filesystem", "ftp", "ftps", "geo", "git", "gopher", "help", "intent", "ios-app", "irc", "ircs", "its",
  "jar", "javascript", "ldap", "ldaps", "livescript", "magnet", "mailto", "maps", "market", "message", "mhtml", "microsoft-edge", "mid", "mk", "mms", "mmsto", "news", "nfs", "nntp", "rdar", "rdp", "res", "resource", "rlogin", "rtsp",
  "sftp", "shell", "shortcuts", "sip", "sips", "skype", "smb", "sms", "smsto", "ssh", "steam", "svn", "tel", "telnet", "tn3270", "urn", "vbscript", "view-source", "vnc", "webcal", "wpad", "ws", "wss", "x-javascript", "xmpp",
]);
/** The same for families of schemes: of Windows and Office, of Apple's stores and settings, of browsers. */
const NO_APP_FAMILIES = /^(?:apple-|chrome|edge-|facetime|itms|moz-|ms-|safari-|search|view-|x-apple)/;

/** An app's own scheme says where in the app, so that it cannot be read as the name of a place of ours. */
const APP_URI = /^[a-z][a-z0-9+.-]*:\/./i;

// A URL parser takes these away or turns them into others, so that what is compared would not be what is opened.
const UNSURE = /[^\x21-\x7e]|\\|\*/;

const refused = (message: string): OAuthError => new OAuthError("invalid_redirect_uri", message);

/** The text, when a client may have it as a redirect URI: https, http on the person's own machine, or a scheme of an app. */
export function requireRedirectUri(text: string): string {
  if (text.length > CHARS_MAX) throw refused(`A redirect URI has at most ${CHARS_MAX} characters.`);
  const shown = text.slice(0, 200);
  if (UNSURE.test(text)) throw refused(`${shown} holds a space, a backslash, a * or a character beyond ASCII. Write it percent-encoded and without wildcards.`);
  if (!URL.canParse(text)) throw refused(`${shown} is not a URL.`);
  const { protocol, username, password, hostname, href } = new URL(text);
  if (text.includes("#")) throw refused(`${shown} has a fragment. Take it off.`);
  if (username !== "" || password !== "") throw refused(`${shown} has a user name in it. Take it out.`);
  if (protocol === "http:" && !LOOPBACK_HOSTS.has(hostname)) throw refused(`${shown}: http is for 127.0.0.1, [::1] and localhost alone. Use https.`);
  if (protocol === "https:" || protocol === "http:") {
    if (!isWrittenOut(text)) throw refused(`${shown} is not how a browser writes it. Write ${href.slice(0, 200)}`);
    return text;
  }
  const scheme = protocol.slice(0, -1);
  if (NO_APPS.has(scheme) || NO_APP_FAMILIES.test(scheme)) throw refused(`${shown}: nobody can be sent back to ${protocol} Use https, http on 127.0.0.1, or a scheme of the app's own.`);
  if (!APP_URI.test(text)) throw refused(`${shown} does not say where in the app. Write ${protocol}/ and a path.`);
  return text;
}

/** Whether a browser that is sent there goes where it was read to lead, and not to a place that it reads relative to ours. */
function isWrittenOut(text: string): boolean {
  const written = withoutLoopbackPort(text) ?? text;
  const { href } = new URL(written);
  return href === written || href === `${written}/`;
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
