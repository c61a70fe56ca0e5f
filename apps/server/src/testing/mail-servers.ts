import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { onTestFinished } from "vitest";

interface SmtpOptions {
  port?: number;
  /** Asked at each recipient; `null` takes the mail. */
  answer?: () => { code: number; words: string } | null;
  /** Wanted from who sends, when given. */
  password?: string;
}

interface ReceivedMail {
  from: string;
  to: string[];
  raw: string;
}

/** A real SMTP server that keeps what it is sent. */
export async function startSmtp({ port = 0, answer = () => null, password }: SmtpOptions = {}) {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    // The mailer under test keeps its connections, and a server that closes would wait for them.
    closeTimeout: 50,
    authOptional: password === undefined,
    allowInsecureAuth: true,
    onAuth: (auth, _, done) => (auth.password === password ? done(null, { user: "post" }) : done(Object.assign(new Error("Wrong password"), { responseCode: 535 }))),
    onRcptTo: (_, __, done) => {
      const refusal = answer();
      done(refusal === null ? null : Object.assign(new Error(refusal.words), { responseCode: refusal.code }));
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        received.push({ from: envelope.mailFrom === false ? "" : envelope.mailFrom.address, to: envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  server.on("error", () => undefined);
  const listener = server.listen(port, "127.0.0.1");
  await once(listener, "listening");
  const bound = (listener.address() as AddressInfo).port;
  let open = true;
  const close = async () => {
    if (!open) return;
    open = false;
    await new Promise<void>((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { url: `smtp://127.0.0.1:${bound}`, port: bound, received, close };
}

/** An HTTP server in the place of Resend's: it answers what is in `answers`, then that all is well. */
export async function startResend() {
  const requests: { method: string; path: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const answers: { status: number; body: unknown }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() });
      const { status, body } = answers.shift() ?? { status: 200, body: { id: "one" } };
      response.writeHead(status, { "content-type": "application/json" }).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, answers };
}
