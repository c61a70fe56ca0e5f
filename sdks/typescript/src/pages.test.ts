import { expect, test } from "vitest";
import { Pages } from "./pages.ts";

interface Numbers {
  items: number[];
  next: string | null;
}

/** Pages 0, 1 and 2, of two numbers each. */
function openNumbers(): { list: Pages<number, Numbers>; asked: (string | undefined)[] } {
  const asked: (string | undefined)[] = [];
  const list = new Pages<number, Numbers>(async (cursor) => {
    asked.push(cursor);
    const at = Number(cursor ?? 0);
    return { items: [2 * at, 2 * at + 1], next: at === 2 ? null : String(at + 1) };
  }, (page) => page.items);
  return { list, asked };
}

test("a list asks for nothing before it is awaited or iterated", async () => {
  const { asked } = openNumbers();
  await Promise.resolve();
  expect(asked).toEqual([]);
});

test("the first page is asked for once, however often it is awaited and iterated", async () => {
  const { list, asked } = openNumbers();
  expect(await Promise.all([list, list])).toEqual([{ items: [0, 1], next: "1" }, { items: [0, 1], next: "1" }]);
  const all: number[] = [];
  for await (const number of list) all.push(number);
  expect(all).toEqual([0, 1, 2, 3, 4, 5]);
  expect(asked).toEqual([undefined, "1", "2"]);
});

test("pages can be walked as pages", async () => {
  const sizes: number[] = [];
  for await (const page of openNumbers().list.pages()) sizes.push(page.items.length);
  expect(sizes).toEqual([2, 2, 2]);
});

test("a list is a promise in every way", async () => {
  const ended: string[] = [];
  const broken = new Pages<number, Numbers>(async () => Promise.reject(new Error("no")), (page) => page.items);
  expect(await openNumbers().list.finally(() => ended.push("ended"))).toMatchObject({ next: "1" });
  expect(await broken.catch((error: unknown) => String(error))).toBe("Error: no");
  await expect(broken).rejects.toThrow("no");
  expect(ended).toEqual(["ended"]);
  expect(Object.prototype.toString.call(broken)).toBe("[object Pages]");
});
