/** Lines are sent in pieces of about this size: a piece per line would cost more than the line. */
const CHUNK_CHARS = 65_536;

/** Lines (each with its end) as the body of an answer: as fast as they are read, and never all in memory. */
export function streamLines(lines: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const chunks = toChunks(lines);
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}

async function* toChunks(lines: AsyncIterable<string>): AsyncGenerator<string, undefined> {
  let chunk = "";
  for await (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK_CHARS) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
  return undefined;
}
