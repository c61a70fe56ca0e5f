import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { AppError } from "@loci/kit/errors";

const run = promisify(argon2);

// OWASP's minimum of Argon2id: 19 MiB, two passes.
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const TAG_BYTES = 32;
const NONCE_BYTES = 16;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

// Each hash takes 19 MiB and a thread of the pool; Node's pool has four.
const RUNNING_MAX = 4;
// As many as are done within a second or so; who comes after them had better be told.
const WAITING_MAX = 100;

/** Hashes and checks passwords: Argon2id in the PHC string format, four at a time. */
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  async hash(password: string): Promise<string> {
    const nonce = randomBytes(NONCE_BYTES);
    const tag = await this.derive({ message: toBytes(password), nonce, ...COST, tagLength: TAG_BYTES });
    return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${toBase64(nonce)}$${toBase64(tag)}`;
  }

  /** Takes as long where there is no hash, so that nobody learns from it whether there is one. */
  async verify(password: string, phc: string | null): Promise<boolean> {
    const [, memory, passes, parallelism, nonce = "", tag = ""] = PHC.exec(phc ?? "") ?? [];
    if (tag === "") {
      await this.hash(password);
      return false;
    }
    const wanted = Buffer.from(tag, "base64");
    const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
    return timingSafeEqual(wanted, await this.derive({ message: toBytes(password), nonce: Buffer.from(nonce, "base64"), ...cost, tagLength: wanted.length }));
  }

  private async derive(parameters: Parameters<typeof run>[1]): Promise<Buffer> {
    await this.enter();
    try {
      return await run("argon2id", parameters);
    } finally {
      this.leave();
    }
  }

  private async enter(): Promise<void> {
    if (this.running < RUNNING_MAX) {
      this.running += 1;
      return;
    }
    if (this.waiting.length >= WAITING_MAX) throw new AppError("unavailable", "Too many people sign in at this moment. Try again in a few seconds.", { retry_after: 3 });
    // Who leaves hands its place over, so the count stays.
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next();
  }
}

// The same password typed on another keyboard may come as other code points.
const toBytes = (password: string): Buffer => Buffer.from(password.normalize("NFKC"), "utf8");
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replace(/=+$/, "");
