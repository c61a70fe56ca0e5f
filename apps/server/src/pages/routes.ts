import { notFound } from "@loci/kit/errors";
import { z } from "zod";
import { guarded, stream, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { readSignInMethods } from "../providers/methods.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { ASSET_PATH, readAssets } from "./assets.ts";
import { toConnectPage } from "./connect-page.ts";
import { DEVICE_PAGE } from "./device-page.ts";
import { CONNECTIONS_PAGE } from "./connections-page.ts";
import { toFailurePage } from "./failure-page.ts";
import { toHomePage } from "./home-page.ts";
import { PAGE_POLICY, toPage, type PageParts } from "./layout.ts";
import { INVITATION_PAGE, MAGIC_LINK_PAGE, OWNER_LINK_PAGE, RESET_PASSWORD_PAGE, SECOND_FACTOR_PAGE } from "./link-pages.ts";
import { toSignInPage } from "./sign-in-page.ts";
import { toSignUpPage } from "./sign-up-page.ts";

const HTML = "text/html; charset=utf-8";

/** The pages that a browser needs for signing in, until a dashboard takes their place. */
export function pageRoutes(parts: Pick<Parts, "control" | "config">): Route[] {
  const sessionCookie = sessionCookieOf(parts.config.publicUrl);
  const readMethods = () => readSignInMethods(parts);
  const assets = readAssets();
  const show = (page: PageParts) => ({ status: 200 as const, text: toPage(assets, page), headers: { "content-security-policy": PAGE_POLICY } });
  const page = (id: string, path: string, summary: string, read: (asked: Asked) => PageParts | Promise<PageParts>): Route =>
    guarded("open", {
      id, method: "get", path, tags: ["Pages"], repeat: "safe", summary, description: "A plain page for a browser. What it does, it does by calls of this API.",
      responses: { 200: stream(HTML, "A page for people.") },
    }, async ({ url, cookie }) => show(await read({ url, signedIn: cookie(sessionCookie) !== null })));

  const asset = guarded("open", {
    id: "readPageAsset", method: "get", path: `${ASSET_PATH}/{version}/{name}`, tags: ["Pages"], repeat: "safe",
    summary: "Read a file of the pages", description: "Scripts, styles and pictures; the folder's name changes with their content.",
    request: { params: z.strictObject({ version: z.string().describe("The folder, as the pages link it."), name: z.string().describe("The file's name.") }) },
    responses: { 200: stream("application/octet-stream", "The file.") },
  }, ({ params: { version, name } }) => {
    const found = assets.find(version, name);
    if (found === undefined) throw notFound("page");
    return { status: 200, text: found.text, headers: { "content-type": found.type, "cache-control": "public, max-age=31536000, immutable" } };
  });

  return [
    page("readHomePage", "/", "Start here", async ({ signedIn }) => toHomePage(await readMethods(), signedIn)),
    page("readSignInPage", "/sign-in", "Sign in", async ({ signedIn }) => toSignInPage(await readMethods(), signedIn)),
    page("readSignUpPage", "/sign-up", "Make an account", async ({ signedIn }) => toSignUpPage(await readMethods(), signedIn)),
    page("readSecondFactorPage", "/second-factor", "Show the second factor", () => SECOND_FACTOR_PAGE),
    page("readMagicLinkPage", "/magic-link", "Sign in by a link from a mail", () => MAGIC_LINK_PAGE),
    page("readResetPasswordPage", "/reset-password", "Choose a new password", () => RESET_PASSWORD_PAGE),
    page("readInvitationPage", "/accept-invitation", "Accept an invitation", () => INVITATION_PAGE),
    page("readOwnerLinkPage", "/owner-link", "Take over a new instance", () => OWNER_LINK_PAGE),
    page("readConnectPage", "/connect", "Connect an assistant", ({ signedIn }) => toConnectPage(signedIn)),
    page("readDevicePage", "/device", "Connect a device", () => DEVICE_PAGE),
    page("readConnectionsPage", "/connections", "See and limit connected apps", () => CONNECTIONS_PAGE),
    page("readSignInFailedPage", "/sign-in-failed", "Read why a provider could not sign somebody in", ({ url }) => toFailurePage(new URL(url).searchParams.get("error"))),
    asset,
  ];
}

interface Asked {
  url: string;
  signedIn: boolean;
}
