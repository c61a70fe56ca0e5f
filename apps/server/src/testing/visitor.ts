import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import type { Answer } from "./harness.ts";
import type { Cookies } from "./people.ts";
import type { ServerProcess } from "./server-process.ts";

/** Where apps on this machine wait for their answers: any path of it shows a page. One for all tests of a file. */
export function shareCallback(): () => string {
  let url = "";
  const server = createServer((_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Signed in</h1>"));
  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return () => url;
}

interface Choices {
  /** Uses no mouse. */
  keyboard?: boolean;
  /** The labels of boxes to untick. */
  without?: readonly string[];
  /** What is pressed at the end; Connect unless said. */
  press?: "Connect" | "Cancel";
}

interface SeenConnection {
  id: string;
  label: string;
  client: { id: string };
}

const WAIT_MS = 15_000;

/** A person with an account on a server that runs, and with a browser of their own that no one has signed in yet. */
export class Visitor {
  readonly email: string;
  readonly name: string;
  readonly workspace: { id: string; slug: string };
  /** The questions of apps that this person was shown. */
  readonly questions: string[] = [];
  private readonly password: string;
  private readonly server: ServerProcess;
  private readonly browser: { cookies: Cookies; call: ServerProcess["call"] };
  private readonly page: Page;

  private constructor(server: ServerProcess, page: Page, { email, name, password, workspace, browser }: { email: string; name: string; password: string; workspace: { id: string; slug: string }; browser: Visitor["browser"] }) {
    this.server = server;
    this.page = page;
    this.email = email;
    this.name = name;
    this.password = password;
    this.workspace = workspace;
    this.browser = browser;
  }

  /** Signs somebody up, over HTTP. */
  static async open(server: ServerProcess, chromium: Browser, name: string): Promise<Visitor> {
    const [email, password] = [`${name.toLowerCase()}@example.org`, `the long password of ${name}`];
    const browser = server.newBrowser();
    await browser.call("POST", "/v1/auth/sign-up", { email, name, password });
    const done = await browser.call("POST", "/v1/auth/sign-up/verify", { code: await server.codeTo(email) });
    if (done.status !== 201) throw new Error(`Signing ${name} up answered ${done.status}: ${JSON.stringify(done.body)}`);
    const [workspace] = (await browser.call("GET", "/v1/workspaces")).body.items as { id: string; slug: string }[];
    if (workspace === undefined) throw new Error(`${name} has no workspace.`);
    // Apps with a document of their own are answered at a host whose certificate is a test's.
    const context = await chromium.newContext({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(WAIT_MS);
    return new Visitor(server, await context.newPage(), { email, name, password, workspace, browser });
  }

  /** A request of this person's own pages, in their workspace. */
  call(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.browser.call(method, path, body, { "x-workspace": this.workspace.id });
  }

  /** Opens what an app wants to be opened, signs in where that is asked for, answers the question, and tells where the app was told of it. */
  async answer(url: URL, { keyboard = false, without = [], press = "Connect" }: Choices = {}): Promise<URL> {
    const { page } = this;
    await page.goto(url.href);
    if (page.url().includes("/sign-in")) await this.signIn();
    const question = await page.locator("h1").first().innerText();
    if (!question.startsWith("Connect ")) throw new Error(`${this.name} is not asked at ${page.url()}, but told: ${await page.locator("main").innerText()}`);
    this.questions.push(question);
    for (const label of without) await page.getByLabel(label).uncheck();
    if (keyboard) await pressByKeyboard(page, press);
    else await page.getByRole("button", { name: press, exact: true }).click();
    return this.leave();
  }

  /** Opens what an app wants to be opened, which nobody need be asked about any more. */
  async pass(url: URL): Promise<URL> {
    await this.page.goto(url.href);
    return this.leave();
  }

  /** The connection that this person sees, by what they call it or by the id of its client. */
  async connection(name: string): Promise<SeenConnection> {
    const { items } = (await this.call("GET", "/v1/connections?state=active")).body as { items: SeenConnection[] };
    const [found, ...more] = items.filter(({ label, client }) => label === name || client.id === name);
    if (found === undefined || more.length > 0) throw new Error(`${this.name} should have one connection of ${name}: ${JSON.stringify(items)}`);
    return found;
  }

  /** Cuts an app off. */
  async revoke(name: string): Promise<void> {
    const { id } = await this.connection(name);
    const { status } = await this.call("DELETE", `/v1/connections/${id}`);
    if (status !== 204) throw new Error(`Revoking ${name} answered ${status}.`);
  }

  private async signIn(): Promise<void> {
    const { page } = this;
    await page.getByLabel("Email", { exact: true }).fill(this.email);
    await page.getByLabel("Password", { exact: true }).fill(this.password);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/oauth\/authorize/);
  }

  private async leave(): Promise<URL> {
    await this.page.waitForURL(({ origin }) => origin !== this.server.url);
    return new URL(this.page.url());
  }
}

async function pressByKeyboard(page: Page, name: string): Promise<void> {
  for (let tabs = 0; tabs < 30; tabs++) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement?.textContent?.trim())) === name) return page.keyboard.press("Enter");
  }
  throw new Error(`No Tab leads to ${name}.`);
}
