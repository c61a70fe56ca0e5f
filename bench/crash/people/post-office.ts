import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import type { DueMail } from "./record.ts";

/** A mail server beside the one that is killed: it knows what was sent, and how often. */
export class PostOffice {
  readonly url: string;
  private readonly server: SMTPServer;
  /** How often each mail came, by its id and to whom and about what it is. */
  private readonly mails = new Map<string, number>();
  private readonly known = new Set<string>();

  constructor(server: SMTPServer, port: number) {
    this.server = server;
    this.url = `smtp://127.0.0.1:${port}`;
  }

  take(to: string, raw: string): void {
    const id = /^Message-ID: (.*)$/im.exec(raw)?.[1] ?? "";
    this.mails.set(id, (this.mails.get(id) ?? 0) + 1);
    this.known.add(`${to} ${/^Subject: (.*)$/im.exec(raw)?.[1]?.trim()}`);
  }

  has({ to, subject }: DueMail): boolean {
    return this.known.has(`${to} ${subject}`);
  }

  /** How many mails came, and how many of them more than once. */
  count(): { mails: number; more_than_once: number } {
    return { mails: this.mails.size, more_than_once: [...this.mails.values()].filter((times) => times > 1).length };
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}

export async function openPostOffice(): Promise<PostOffice> {
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS", "AUTH"], authOptional: true, closeTimeout: 50,
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        for (const { address } of envelope.rcptTo) office.take(address, Buffer.concat(chunks).toString());
        done();
      });
    },
  });
  // Whoever talks to it is killed in the middle of a sentence.
  server.on("error", () => undefined);
  const listener = server.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const office = new PostOffice(server, (listener.address() as AddressInfo).port);
  return office;
}
