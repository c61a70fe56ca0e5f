import { writeSync } from "node:fs";

const FLUSH_MS = 100;
const BUFFER_CHARS_MAX = 16 * 1024;
const STDOUT = 1;
// pino writes the level first; only what nobody waits for may wait.
const CALM = /^\{"level":"(?:info|debug|trace)"/;

/**
 * Standard output for the log. A system call per line costs a fifth of a small request, so calm lines are written
 * together, at most 100 ms late; warnings and errors at once, with all that came before them.
 */
export class LogOutput {
  private lines: string[] = [];
  private chars = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly writeOut: (bytes: Buffer) => number;

  constructor(writeOut: (bytes: Buffer) => number = (bytes) => writeSync(STDOUT, bytes)) {
    this.writeOut = writeOut;
  }

  write(line: string): void {
    this.lines.push(line);
    this.chars += line.length;
    if (this.chars >= BUFFER_CHARS_MAX || !CALM.test(line)) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    let rest = Buffer.from(this.lines.join(""));
    this.lines = [];
    this.chars = 0;
    while (rest.length > 0) rest = rest.subarray(this.writeSome(rest));
  }

  /** How much went out. A full pipe is tried again; one that nobody reads any more swallows the rest. */
  private writeSome(bytes: Buffer): number {
    try {
      return this.writeOut(bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return bytes.length;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      return 0;
    }
  }
}
