import { UnexpectedAnswerError } from "./errors.ts";

/** As much of a page as it takes to walk on. */
export interface Cursored {
  /** The cursor of what follows; null on the last page. */
  next: string | null;
}

/**
 * A list: awaited it is its first page, iterated it is all items of all pages. Nothing is sent before one or the other,
 * and the first page is read once for both.
 */
export class Pages<Item, Page extends Cursored> implements Promise<Page>, AsyncIterable<Item> {
  readonly [Symbol.toStringTag] = "Pages";
  readonly #readPage: (cursor: string | undefined) => Promise<Page>;
  readonly #itemsOf: (page: Page) => readonly Item[];
  #first: Promise<Page> | undefined;

  constructor(readPage: (cursor: string | undefined) => Promise<Page>, itemsOf: (page: Page) => readonly Item[]) {
    this.#readPage = readPage;
    this.#itemsOf = itemsOf;
  }

  /** The pages, one after the other. */
  async *pages(): AsyncGenerator<Page, void, undefined> {
    let page = await this.#readFirst();
    yield page;
    while (page.next !== null) {
      const cursor = page.next;
      page = await this.#readPage(cursor);
      if (page.next === cursor) throw new UnexpectedAnswerError("The list does not move on: a page names itself as the next.", { code: "unexpected_answer" });
      yield page;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* this.#itemsOf(page);
  }

  // Awaited for one page, iterated for all: that is what a list is here.
  // oxlint-disable-next-line unicorn/no-thenable
  then<A = Page, B = never>(onPage?: ((page: Page) => A | PromiseLike<A>) | null, onError?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<A | B> {
    return this.#readFirst().then(onPage, onError);
  }

  catch<B = never>(onError?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Page | B> {
    return this.#readFirst().catch(onError);
  }

  finally(onEnd?: (() => void) | null): Promise<Page> {
    return this.#readFirst().finally(onEnd);
  }

  #readFirst(): Promise<Page> {
    this.#first ??= this.#readPage(undefined);
    return this.#first;
  }
}
