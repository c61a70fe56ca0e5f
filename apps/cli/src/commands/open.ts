import { defineCommand } from "../arguments/command.ts";
import { usageError } from "../exit.ts";

const PAGES = { home: "/", apps: "/connections", connect: "/connect", docs: "/docs" } as const;
const NAMES = Object.keys(PAGES) as (keyof typeof PAGES)[];

export const open = defineCommand({
  takes: `[${NAMES.join("|")}]`,
  count: [0, 1],
  completes: NAMES,
  about: "Opens a page of the server in the browser: its home, the apps that you connected, how to connect more, or its documentation.",
  options: {},
  run: async (desk, { positionals: [given = "home"] }) => {
    const page = NAMES.find((name) => name === given);
    if (page === undefined) throw usageError(`There is no page "${given}". It can be ${NAMES.join(", ")}.`);
    const { baseUrl } = await desk.choose();
    const url = baseUrl + PAGES[page];
    const { openInBrowser } = await import("../sign-in/open-browser.ts");
    openInBrowser(url, desk.environment.browser);
    await desk.output.answer({ url }, () => url);
  },
});
