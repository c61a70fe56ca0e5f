import { setImmediate as letOthersRun } from "node:timers/promises";
import { Zip, ZipDeflate } from "fflate";

/** A file of an archive; its text comes piece by piece. */
export interface ZipFile {
  name: string;
  text: AsyncIterable<string> | Iterable<string>;
}

/** Text is compressed in portions of about this size: each takes some milliseconds, in which nobody else runs. */
const PORTION = 65_536;
/** Places and sizes in an archive of this kind are numbers of 32 bits. */
const BYTES_MAX = 2 ** 32 - 2 ** 20;
const NOTHING = new Uint8Array();

/** The archive of these files, as it is asked for: what waits in memory is a portion, however large the whole is. */
export async function* toZip(files: AsyncIterable<ZipFile>, at: Date): AsyncGenerator<Uint8Array, undefined> {
  const output = new Output();
  const zip = new Zip((error, chunk) => output.take(error, chunk));
  for await (const { name, text } of files) {
    const entry = Object.assign(new ZipDeflate(name, { level: 6 }), { mtime: at });
    zip.add(entry);
    let bytes = 0;
    for await (const portion of toPortions(text)) {
      entry.push(portion);
      requireRoom((bytes += portion.length));
      yield* output.give();
      await letOthersRun();
    }
    entry.push(NOTHING, true);
    yield* output.give();
  }
  zip.end();
  yield* output.give();
  return undefined;
}

class Output {
  private chunks: Uint8Array[] = [];
  private bytes = 0;

  take(error: Error | null, chunk: Uint8Array): void {
    if (error) throw error;
    requireRoom((this.bytes += chunk.length));
    if (chunk.length > 0) this.chunks.push(chunk);
  }

  give(): Uint8Array[] {
    const { chunks } = this;
    this.chunks = [];
    return chunks;
  }
}

/** Ends the answer in the middle: better no archive than one that cannot be opened. */
function requireRoom(bytes: number): void {
  if (bytes > BYTES_MAX) throw new Error("The export is larger than an archive can hold, 4 GB: export the workspaces one by one with POST /v1/export.");
}

async function* toPortions(text: ZipFile["text"]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let portion = "";
  for await (const piece of text) {
    portion += piece;
    if (portion.length < PORTION) continue;
    yield* cut(encoder.encode(portion));
    portion = "";
  }
  yield* cut(encoder.encode(portion));
}

/** A line can be a memory of 1 MB. */
function* cut(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += PORTION) yield bytes.subarray(from, from + PORTION);
}
