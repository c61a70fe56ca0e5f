import { expect, test } from "vitest";
import { isLoopback, isRegistered, requireRedirectUri } from "./redirects.ts";

const refusal = (uri: string): string | null => {
  try {
    requireRedirectUri(uri);
    return null;
  } catch (error) {
    return (error as { oauth_code: string }).oauth_code;
  }
};

test("a client can be answered by https anywhere, by http on the person's own machine, and by a scheme of its own", () => {
  const good = [
    "https://app.example/callback", "https://app.example/callback?tenant=a%20b", "https://app.example:8443/", "https://10.0.0.1/callback", "https://xn--bcher-kva.example/cb",
    "http://127.0.0.1/callback", "http://127.0.0.1:8080/callback", "http://[::1]:3000/cb", "http://localhost/cb", "http://localhost:1455/auth/callback?x=1",
    "cursor://anysphere.cursor-retrieval/oauth/callback", "vscode://vscode.github-authentication/did-authenticate", "com.example.app:/oauth2redirect", "com.raycast:/oauth?package_name=x",
    "vscode-insiders://vscode.github-authentication/did-authenticate", "windsurf://codeium.windsurf/callback", "claude://oauth/callback", "com.apple.dt:/oauth", "heron.app:///callback", "http://localhost:80/cb", "https://app.example", "http://127.0.0.1",
    `https://app.example/${"a".repeat(2_000 - 20)}`,
  ];
  expect(good.filter((uri) => refusal(uri) !== null)).toEqual([]);
  expect(good.map(requireRedirectUri)).toEqual(good);
});

test("whatever leads elsewhere, hides where it leads, or runs something is refused by name", () => {
  const bad = [
    "", "callback", "/callback", "//app.example/cb", "https://", "https:///", "http://app.example/cb", "http://127.0.0.2/cb", "http://127.0.0.1.evil.example/cb", "http://localhost.evil.example/cb", "http://0.0.0.0/cb", "http://10.0.0.1/cb",
    "https://app.example/cb#", "https://app.example/cb#a", "cursor://x/#a", "https://user@app.example/cb", "https://user:pass@app.example/cb", "http://localhost:80@evil.example/cb",
    "javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://app.example/x", "about:blank", "view-source:https://app.example/", "ws://localhost/", "wss://app.example/", "ftp://app.example/",
    "mailto:mallory@evil.example", "sms:123", "tel:123", "intent://x#Intent;end", "urn:ietf:wg:oauth:2.0:oob", "chrome-extension://abc/cb", "filesystem:https://app.example/x",
    "https://app.example/c b", " https://app.example/cb", "https://app.example/cb\n", "https://app.example\\@evil.example/cb", "https://*.example/cb", "http://localhost:*/cb", "https://app.example/\u{202e}cb", "https://äpp.example/cb", "https://app.example:99999/cb", "http://[::1/cb",
    `https://app.example/${"a".repeat(2_000 - 19)}`,
  ];
  expect(bad.filter((uri) => refusal(uri) !== "invalid_redirect_uri")).toEqual([]);
});

test("what a browser would read as a place of ours, or write in another way, is refused", () => {
  const bad = [
    "https:evil.example/cb", "https:/x/cb", "https:device", "https:///evil.example/cb", "http:localhost/cb", "http:/localhost/cb", "HTTP://127.0.0.1", "HTTPS://app.example/cb", "http://0x7f.1", "http://127.1/cb", "http://2130706433/cb", "http://LOCALHOST/cb", "https://APP.example/cb",
    "https://app.example:443/cb", "https://app.example?x=1", "https://app.example/a/../cb", "https://app.example/./cb", "https://app.example/%2e%2e/cb", "https://app.example/{cb}", "http://[0:0:0:0:0:0:0:1]/cb",
    "heron:", "heron:/", "heron:callback", "com.example.app:oauth2redirect",
  ];
  expect(bad.filter((uri) => refusal(uri) !== "invalid_redirect_uri")).toEqual([]);
});

test("schemes by which a system does something, and no app waits for an answer, are refused", () => {
  const schemes = [
    "ms-msdt", "ms-officecmd", "ms-settings", "ms-excel", "search", "search-ms", "itms", "itms-apps", "itms-services", "steam", "feed", "mailto", "tel", "sms", "facetime", "facetime-audio", "x-apple-helpbasic", "x-apple.systempreferences", "intent", "market", "jar",
    "chrome", "chrome-extension", "edge", "microsoft-edge", "moz-extension", "safari-web-extension", "shortcuts", "ssh", "vnc", "smb", "webcal", "magnet",
  ];
  expect(schemes.flatMap((scheme) => [`${scheme}://x/y`, `${scheme.toUpperCase()}:/x`]).filter((uri) => refusal(uri) !== "invalid_redirect_uri")).toEqual([]);
});

test("of what is registered the very text is taken, but for the port of a loopback address", () => {
  const registered = ["https://app.example/callback", "http://127.0.0.1/callback", "http://[::1]:9000/cb?a=1", "http://localhost:3000/", "cursor://x/callback"];
  const good = [...registered, "http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback", "http://[::1]/cb?a=1", "http://[::1]:1234/cb?a=1", "http://localhost/", "http://localhost:4444/"];
  expect(good.filter((uri) => !isRegistered(registered, uri))).toEqual([]);
  const bad = [
    "", "https://app.example/callback/", "https://app.example/callback?x=1", "https://app.example/Callback", "https://APP.example/callback", "https://app.example:443/callback", "https://app.example:8443/callback", "https://app.example/callback#a", "https://app.example/callback/../callback", "https://app.example/%63allback",
    "https://evil.example/callback", "https://app.example.evil.example/callback", "https://app.example@evil.example/callback", "http://app.example/callback",
    "https://127.0.0.1/callback", "http://127.0.0.1/callback/", "http://127.0.0.1:80/other", "http://127.0.0.1:80@evil.example/callback", "http://127.0.0.1:8080.evil.example/callback", "http://127.0.0.1:65536/callback", "http://127.0.0.1:99999/callback", "http://127.0.0.1:/callback", "http://127.0.0.1:-1/callback", "http://127.0.0.1:8080\\@evil.example/callback",
    "http://127.0.0.1:8080#@evil.example/callback", "http://127.1/callback", "http://2130706433/callback", "http://localhost/callback", "http://[::1]/callback", "http://127.0.0.2/callback", "http://127.0.0.1/callback?x=1", "http://[::1]:9000/cb?a=2", "http://[::1]:9000/cb", "HTTP://127.0.0.1/callback", "http://LOCALHOST:3000/", "cursor://x:80/callback", "cursor://x/callback/",
  ];
  expect(bad.filter((uri) => isRegistered(registered, uri))).toEqual([]);
});

test("what leads to the person's own machine is told from what does not", () => {
  expect(["http://127.0.0.1/cb", "http://[::1]:80/cb", "http://localhost:3000/"].every(isLoopback)).toBe(true);
  expect(["https://localhost/cb", "http://localhost.evil.example/", "https://app.example/", "cursor://localhost/", "http://localhost:x/"].some(isLoopback)).toBe(false);
});
