import { expect, test } from "vitest";
import { Loci } from "./index.ts";

const COUNTS = { memories: 0, versions: 0, relationships: 0 };

/** A client that keeps the files it imports. */
function openImporter(): { loci: Loci; files: string[] } {
  const files: string[] = [];
  const loci = new Loci({
    fetch: (_, { body }) => {
      files.push(body as string);
      return Response.json({ format: "loci", imported: COUNTS, unchanged: COUNTS, skipped: [{ line: 1, reason: "x" }] });
    },
  });
  return { loci, files };
}

test("lines that are long are sent in parts of 5 MiB at most, and one that is longer goes alone", async () => {
  const { loci, files } = openImporter();
  const mebibyte = "é".repeat(512 * 1024 - 1);
  const { skipped } = await loci.import([...Array.from({ length: 9 }, () => mebibyte), mebibyte.repeat(6), "last"]);
  expect(files.map((file) => file.split("\n").length)).toEqual([5, 4, 1, 1]);
  expect(skipped.map(({ line }) => line)).toEqual([1, 6, 10, 11]);
});

test("blank lines count, and are never all that a part has", async () => {
  const { loci, files } = openImporter();
  const { skipped } = await loci.import(["", " ", "a", "", "b"]);
  expect(files).toEqual(["a\n\nb"]);
  expect(skipped.map(({ line }) => line)).toEqual([3]);
  await expect(loci.import([" ", ""])).rejects.toThrow(TypeError);
});
