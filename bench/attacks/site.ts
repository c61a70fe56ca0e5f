import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, Connection } from "../client.ts";
import { type BenchServer, type DataDir, openDataDir, startServer } from "../server.ts";

export const PASSWORD = "a long road to a small house";

const TOKEN = /#token=([\w-]+)/;

export interface Reply {
  status: number;
  /** As they came, in their order. */
  headers: Record<string, string>;
  // What is in an answer is what is being looked at.
  body: { error?: { code: string; retry_after?: number; details?: { reason?: string } }; [field: string]: unknown };
  text: string;
}

/** A browser at a network address, with the cookies it was given. */
export class Browser {
  readonly cookies: Map<string, string>;
  private readonly connection: Connection;
  private readonly address: string;

  constructor({ port, url }: Pick<BenchServer, "port" | "url">, address: string, cookies: ReadonlyMap<string, string> = new Map()) {
    this.address = address;
    this.cookies = new Map(cookies);
    this.connection = new Connection({ port, headers: { Origin: url } });
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply> {
    return this.send("POST", path, body, headers);
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const sent = { "X-Forwarded-For": this.address, ...(cookie !== "" && { Cookie: cookie }), ...headers };
    const reply = toReply(await this.connection.request(method, path, body === undefined ? undefined : JSON.stringify(body), sent));
    this.take(reply);
    return reply;
  }

  close(): void {
    this.connection.close();
  }

  private take({ headers }: Reply): void {
    for (const line of headers["set-cookie"]?.split("\n") ?? []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0(;|$)/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

function toReply({ status, headers, body }: Answer): Reply {
  const text = body.toString();
  return { status, headers, text, body: headers["content-type"]?.startsWith("application/json") === true && text !== "" ? (JSON.parse(text) as Reply["body"]) : {} };
}

export interface Person {
  email: string;
  password: string;
  /** Signed in. */
  browser: Browser;
}

/** A server that believes its proxy, which is us: so one machine has as many addresses as it likes. */
export class Site {
  server: BenchServer;
  private readonly data: DataDir;
  private readonly browsers: Browser[] = [];
  private made = 0;

  private constructor(server: BenchServer, data: DataDir) {
    this.server = server;
    this.data = data;
  }

  static async open(): Promise<Site> {
    const data = openDataDir("attacks");
    return new Site(await startSite(data.dir), data);
  }

  /** Starts the server anew over the same data: what it counted in memory is forgotten, so that no attack meets another's locks. */
  async restart(): Promise<void> {
    await this.stop();
    this.server = await startSite(this.data.dir);
  }

  async close(): Promise<void> {
    await this.stop();
    this.data.remove();
  }

  private async stop(): Promise<void> {
    for (const browser of this.browsers.splice(0)) browser.close();
    await this.server.stop();
  }

  /** An IPv4 address that no other browser has. */
  newAddress(): string {
    this.made += 1;
    return `10.${(this.made >> 16) & 255}.${(this.made >> 8) & 255}.${this.made & 255}`;
  }

  /** Some address of a person; all are equally long. */
  newEmail(): string {
    this.made += 1;
    return `p${String(this.made).padStart(6, "0")}@bench.example`;
  }

  newBrowser(address = this.newAddress(), cookies?: ReadonlyMap<string, string>): Browser {
    const browser = new Browser(this.server, address, cookies);
    this.browsers.push(browser);
    return browser;
  }

  newBrowsers(count: number, cookies?: ReadonlyMap<string, string>): Browser[] {
    return Array.from({ length: count }, () => this.newBrowser(undefined, cookies));
  }

  /** Signs somebody up as people do, with the code from the development mailbox. `null`: without a password. */
  async newPerson({ password = PASSWORD }: { password?: string | null } = {}): Promise<Person> {
    const email = this.newEmail();
    const browser = this.newBrowser();
    requireStatus(202, await browser.post("/v1/auth/sign-up", { email, ...(password !== null && { password }) }));
    requireStatus(201, await browser.post("/v1/auth/sign-up/verify", { code: await this.codeTo(email) }));
    return { email, password: password ?? "", browser };
  }

  async newPeople(count: number, options?: { password?: string | null }): Promise<Person[]> {
    const people: Person[] = [];
    const makeRest = async () => {
      while (people.length < count) people.push(await this.newPerson(options));
    };
    await Promise.all([makeRest(), makeRest()]);
    return people.slice(0, count);
  }

  /** The six digits of the latest mail to an address. */
  codeTo = (email: string): Promise<string> => this.findInMail(email, /\b(\d{6})\b/);

  /** The token of the link in the latest mail to an address. */
  tokenTo = (email: string): Promise<string> => this.findInMail(email, TOKEN);

  /** The token of the link that the server prints for its owner. */
  async findOwnerLink(): Promise<string> {
    for (let polls = 0; polls < 500; polls += 1) {
      const found = /owner-link#token=([\w-]+)/.exec(this.server.output())?.[1];
      if (found !== undefined) return found;
      await sleep(20);
    }
    throw new Error(`The server printed no link for its owner:\n${this.server.output()}`);
  }

  /** The tokens of all links of a kind that were mailed to an address. */
  async listTokens(email: string, template: string): Promise<string[]> {
    return (await this.listMails(email)).filter((mail) => mail.template === template).map(({ text }) => TOKEN.exec(text)?.[1] ?? "");
  }

  private async listMails(email: string): Promise<{ template: string; text: string }[]> {
    const { body } = await this.newBrowser().send("GET", `/dev/mail.json?to=${encodeURIComponent(email)}`);
    return body["items"] as { template: string; text: string }[];
  }

  private async findInMail(email: string, pattern: RegExp): Promise<string> {
    const found = pattern.exec((await this.listMails(email))[0]?.text ?? "")?.[1];
    if (found === undefined) throw new Error(`The latest mail to ${email} does not hold ${pattern}.`);
    return found;
  }
}

const startSite = (dataDir: string): Promise<BenchServer> => startServer({ dataDir, env: { TRUSTED_PROXIES: "127.0.0.1" } });

export function requireStatus(status: number, reply: Reply): Reply {
  if (reply.status === status) return reply;
  throw new Error(`Answered with ${reply.status} instead of ${status}: ${reply.text}`);
}
