/** Text vectors from a table of word vectors: the embedder that needs no key, no download and no native code. */
export interface StaticTable {
  /** Names the table and, by a hash of its content, its version. */
  readonly model: string;
  /** The length of every vector. */
  readonly dimensions: number;
  /** The vector of `text`, of length 1; all zero when none of its words is known. About 10 µs for 30 words. */
  embed(text: string): Float32Array;
}

interface TableHeader {
  model: string;
  dimensions: number;
  rows: number;
  /** Bytes of the word list, its padding excluded. */
  vocabularyBytes: number;
}

interface TableRows {
  words: Map<string, number>;
  /** Pieces that continue a word, kept without their `##`. */
  continuations: Map<string, number>;
  pieceLengthMax: number;
  scales: Float32Array;
  values: Int8Array;
}

/** The first four bytes of a table, "LST1" read as a little-endian integer. */
const MAGIC = 0x3154534c;

/** Words longer than this are identifiers, hashes or data: their pieces say nothing. BERT's tokenizer stops at 100. */
const WORD_LENGTH_MAX = 64;

/**
 * Opens a table without copying its rows. Layout, little-endian, each part starting at a multiple of 4 bytes:
 * magic "LST1", length of the header (uint32), header (JSON), words (UTF-8, one a line, `##` before a continuing
 * piece), one scale a row (float32), rows × dimensions values (int8). A word's vector is its values times its scale;
 * the scale also holds the word's weight. Throws `TypeError` when `bytes` are not such a table.
 */
export function readStaticTable(bytes: ArrayBuffer | SharedArrayBuffer): StaticTable {
  const header = readHeader(bytes);
  const { model, dimensions } = header;
  const rows = readRows(bytes, header);
  return { model, dimensions, embed: (text) => embedText(text, rows, dimensions) };
}

function readHeader(bytes: ArrayBuffer | SharedArrayBuffer): TableHeader & { end: number } {
  const view = new DataView(bytes);
  if (bytes.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new TypeError("These bytes are not a static table.");
  const length = view.getUint32(4, true);
  const header = JSON.parse(readText(bytes, 8, length)) as TableHeader;
  return { ...header, end: align(8 + length) };
}

function readRows(bytes: ArrayBuffer | SharedArrayBuffer, header: TableHeader & { end: number }): TableRows {
  const { rows, dimensions, vocabularyBytes, end } = header;
  const scalesAt = align(end + vocabularyBytes);
  const valuesAt = scalesAt + rows * 4;
  if (bytes.byteLength !== valuesAt + rows * dimensions) throw new TypeError("This static table is cut short or too long.");

  const words = new Map<string, number>();
  const continuations = new Map<string, number>();
  let pieceLengthMax = 0;
  for (const [row, word] of readText(bytes, end, vocabularyBytes).split("\n").entries()) {
    const piece = word.startsWith("##") ? word.slice(2) : word;
    (piece === word ? words : continuations).set(piece, row);
    pieceLengthMax = Math.max(pieceLengthMax, piece.length);
  }
  return {
    words,
    continuations,
    pieceLengthMax,
    scales: new Float32Array(bytes, scalesAt, rows),
    values: new Int8Array(bytes, valuesAt, rows * dimensions),
  };
}

/**
 * The weighted mean of the rows of a text's words, normalised; the sum has the same direction as the mean. A row that
 * occurs n times counts 1 + ln n (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 6.4.1).
 */
function embedText(text: string, rows: TableRows, dimensions: number): Float32Array {
  const counts = new Map<number, number>();
  for (const word of splitWords(text)) {
    const row = rows.words.get(word);
    if (row === undefined) countPieces(word, rows, counts);
    else counts.set(row, (counts.get(row) ?? 0) + 1);
  }

  const vector = new Float32Array(dimensions);
  for (const [row, count] of counts) addRow(vector, rows, row, 1 + Math.log(count));
  normalise(vector);
  return vector;
}

/** Lower-cased runs of letters and digits, accents dropped. The build script splits in the same way. */
function splitWords(text: string): string[] {
  if (!/[^\0-\x7f]/.test(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return text.toLowerCase().normalize("NFKD").replace(/\p{M}+/gu, "").match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** WordPiece (Schuster and Nakajima 2012): the longest known piece first, then on from its end; unknown letters are passed over. */
function countPieces(word: string, rows: TableRows, counts: Map<number, number>): void {
  if (word.length > WORD_LENGTH_MAX) return;
  let start = 0;
  while (start < word.length) {
    const pieces = start === 0 ? rows.words : rows.continuations;
    let end = Math.min(word.length, start + rows.pieceLengthMax);
    let row: number | undefined;
    while (end > start && (row = pieces.get(word.slice(start, end))) === undefined) end -= 1;
    if (row !== undefined) counts.set(row, (counts.get(row) ?? 0) + 1);
    start = row === undefined ? start + 1 : end;
  }
}

function addRow(vector: Float32Array, { scales, values }: TableRows, row: number, weight: number): void {
  const dimensions = vector.length;
  const factor = weight * scales[row]!;
  const start = row * dimensions;
  for (let i = 0; i < dimensions; i += 1) vector[i]! += factor * values[start + i]!;
}

function normalise(vector: Float32Array): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const factor = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i += 1) vector[i]! *= factor;
}

function align(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}

/** Copies first: some decoders refuse shared memory. */
function readText(bytes: ArrayBuffer | SharedArrayBuffer, offset: number, length: number): string {
  return new TextDecoder().decode(new Uint8Array(bytes, offset, length).slice());
}
