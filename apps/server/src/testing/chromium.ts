import { existsSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { chromium, type Browser, type BrowserContext } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { createHttpServer } from "../http/node-server.ts";
import { openTestApp, type TestApp, type TestAppOptions } from "./harness.ts";

// Where `npm test` looks before it installs one.
const PLACES = path.join(import.meta.dirname, "../../../../scripts/chromium-places.json");

function findChromium(): string {
  const places = JSON.parse(readFileSync(PLACES, "utf8")) as string[];
  const found = [...places, chromium.executablePath()].find((place) => existsSync(place));
  if (found === undefined) throw new Error("These tests need Chromium. Install it: apt-get install chromium, or npx playwright-core install chromium.");
  return found;
}

/** One Chromium for all tests of a file. */
export function shareBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());
  return () => {
    if (browser === undefined) throw new TypeError("The shared browser starts with the first test.");
    return browser;
  };
}

/** A browser profile of its own, empty, for one test. */
export async function openProfile(browser: Browser, baseURL: string): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL });
  onTestFinished(() => context.close());
  return context;
}

export interface ListeningApp extends TestApp {
  /** Where browsers reach it; its PUBLIC_URL. */
  url: string;
}

/** One app for all tests of a file, on a port, for browsers. */
export function shareListeningApp(options: TestAppOptions = {}): () => ListeningApp {
  let app: ListeningApp | undefined;
  beforeAll(async () => {
    app = await openListeningApp(options);
  });
  afterAll(() => app?.close());
  return () => {
    if (app === undefined) throw new TypeError("The shared app starts with the first test.");
    return app;
  };
}

async function openListeningApp({ env, ...options }: TestAppOptions): Promise<ListeningApp> {
  const port = await findFreePort();
  // Browsers let passkeys work on localhost without TLS, by that name only.
  const url = `http://localhost:${port}`;
  const app = await openTestApp({ ...options, env: { ...env, PUBLIC_URL: url } });
  const { server } = createHttpServer(app.server.front, app.server.app.fetch);
  server.listen(port, "127.0.0.1");
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
  return {
    ...app, url,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await app.close();
    },
  };
}

/** A port that is free now: an app must know its address before it starts. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
