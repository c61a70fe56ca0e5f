import { randomBytes } from "node:crypto";
import { notFound } from "@loci/kit/errors";
import { z } from "zod";
import { guarded, json, stream, type Route } from "../http/route.ts";
import { ASSET_PATH, openAssets } from "./assets.ts";
import { toErrorsPage, toReferencePage } from "./pages.ts";

const HTML = "text/html; charset=utf-8";

interface DocsParts {
  /** The OpenAPI document as JSON text. */
  openApi(): string;
  publicUrl: string;
}

/** The documentation that the server carries with it: nothing of it comes from another host. */
export function docsRoutes({ openApi, publicUrl }: DocsParts): Route[] {
  const assets = openAssets();

  const document = guarded("open", {
    id: "readOpenApi", method: "get", path: "/openapi.json", tags: ["Docs"], repeat: "safe",
    summary: "Read this document", description: "The OpenAPI 3.1 description of this API, made from the routes themselves.",
    responses: { 200: json(z.looseObject({ openapi: z.string().describe("The version of OpenAPI.") }), "The document.") },
  }, async () => ({ status: 200, text: openApi(), headers: { "cache-control": "no-cache", "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" } }));

  const reference = guarded("open", {
    id: "readReference", method: "get", path: "/docs", tags: ["Docs"], repeat: "safe",
    summary: "Browse the API reference", description: "Every call, with a form to try it.",
    responses: { 200: stream(HTML, "A page for people.") },
  }, async () => {
    const nonce = randomBytes(16).toString("base64");
    return { status: 200, text: toReferencePage(assets.paths, nonce), headers: { "content-security-policy": toReferencePolicy(nonce, publicUrl) } };
  });

  const errors = guarded("open", {
    id: "readErrors", method: "get", path: "/docs/errors", tags: ["Docs"], repeat: "safe",
    summary: "Read what each error means", description: "Meaning, causes and remedy of each error code, under an anchor of its name.",
    responses: { 200: stream(HTML, "A page for people.") },
  }, async () => ({
    status: 200,
    text: toErrorsPage(assets.paths),
    headers: { "content-security-policy": `default-src 'none'; style-src 'self'; ${CLOSED}`, "cache-control": "no-cache" },
  }));

  const asset = guarded("open", {
    id: "readDocsAsset", method: "get", path: `${ASSET_PATH}/{name}`, tags: ["Docs"], repeat: "safe",
    summary: "Read a file of the docs pages", description: "Scripts and styles; a name changes with its content.",
    request: { params: z.strictObject({ name: z.string().describe("The file's name, as the pages link it.") }) },
    responses: { 200: stream("application/octet-stream", "The file.") },
  }, async (call) => {
    const found = await assets.find(call.params.name, call.header("accept-encoding"));
    if (found === undefined) throw notFound("page");
    const encoded: Record<string, string> = found.encoding === "identity" ? {} : { "content-encoding": found.encoding };
    return {
      status: 200,
      stream: new Blob([found.bytes]).stream(),
      headers: { "content-type": found.type, "cache-control": "public, max-age=31536000, immutable", vary: "accept-encoding", ...encoded },
    };
  });

  return [document, reference, errors, asset];
}

const CLOSED = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Scalar writes `style` attributes, which no nonce can allow; style elements need the nonce, scripts must be our files.
 * Calls that people try go to this server alone.
 */
function toReferencePolicy(nonce: string, publicUrl: string): string {
  const style = `style-src 'self' 'nonce-${nonce}'; style-src-elem 'self' 'nonce-${nonce}'; style-src-attr 'unsafe-inline'`;
  return `default-src 'none'; script-src 'self'; ${style}; img-src 'self' data:; font-src 'self' data:; connect-src 'self' ${new URL(publicUrl).origin}; ${CLOSED}`;
}
