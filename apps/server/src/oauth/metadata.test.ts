import { expect, test } from "vitest";
import { shareTestApp } from "../testing/harness.ts";

const PUBLIC_URL = "https://memory.example";
const app = shareTestApp({ env: { PUBLIC_URL } });
const closed = shareTestApp({ env: { PUBLIC_URL, CLIENT_REGISTRATION: "off" } });

const RESOURCES = ["/mcp", "/mcp/claude/acme", "/mcp/my-agent/wsp_019aa5d27c4c7d1eb8a3c0d94b1f8e52", "/v1"];

test.each(RESOURCES)("the resource %s describes itself under its own path, and names exactly itself", async (path) => {
  const { status, headers, body } = await app().call("GET", `/.well-known/oauth-protected-resource${path}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ resource: `${PUBLIC_URL}${path}`, authorization_servers: [PUBLIC_URL], bearer_methods_supported: ["header"] });
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("cache-control")).toMatch(/public, max-age=\d+/);
});

test("without a path the document is that of MCP", async () => {
  expect((await app().call("GET", "/.well-known/oauth-protected-resource")).body.resource).toBe(`${PUBLIC_URL}/mcp`);
});

test.each(["/mcp/claude", "/mcp/Claude/acme", "/mcp/claude/acme/more", "/mcp/claude/a%20b", "/v2", "/mcp/"])("%s is no resource", async (path) => {
  expect((await app().call("GET", `/.well-known/oauth-protected-resource${path}`)).status).toBe(404);
});

const SIGNED_BY = ["ES256", "EdDSA", "Ed25519", "RS256", "PS256"];

test("both documents of the server say the same, and promise what it does", async () => {
  const [oauth, openId] = await Promise.all(["oauth-authorization-server", "openid-configuration"].map((name) => app().call("GET", `/.well-known/${name}`)));
  expect(openId?.body).toEqual(oauth?.body);
  expect(oauth?.body).toMatchObject({
    issuer: PUBLIC_URL, response_types_supported: ["code"], code_challenge_methods_supported: ["S256"], token_endpoint_auth_methods_supported: ["none", "private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: SIGNED_BY, revocation_endpoint_auth_methods_supported: ["none", "private_key_jwt"], revocation_endpoint_auth_signing_alg_values_supported: SIGNED_BY,
    authorization_response_iss_parameter_supported: true, client_id_metadata_document_supported: true,
  });
  for (const [name, url] of Object.entries(oauth?.body as Record<string, string>).filter(([name]) => name.endsWith("_endpoint"))) {
    const { pathname } = new URL(url);
    const { status } = await app().call(name === "authorization_endpoint" ? "GET" : "POST", pathname);
    expect([name, status === 404 || status === 405]).toEqual([name, false]);
  }
});

test("where nobody may register, no endpoint for it is named", async () => {
  expect((await closed().call("GET", "/.well-known/oauth-authorization-server")).body).not.toHaveProperty("registration_endpoint");
});

test("browsers of every site may ask for tokens and metadata, without cookies", async () => {
  for (const path of ["/oauth/token", "/oauth/revoke", "/.well-known/oauth-authorization-server"]) {
    const { status, headers } = await app().call("OPTIONS", path);
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("access-control-allow-credentials")).toBeNull();
  }
  expect((await app().call("OPTIONS", "/oauth/authorize")).headers.get("access-control-allow-origin")).toBeNull();
});
