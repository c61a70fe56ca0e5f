import { AppError } from "@loci/kit/errors";
import { Acting } from "../accounts/acting.ts";
import { createDigest } from "../accounts/digests.ts";
import { nameOf, Newcomers } from "../accounts/newcomers.ts";
import { Email, PersonName } from "../accounts/schemas.ts";
import { SYSTEM } from "../audit/origin.ts";
import { openJobQueue } from "../jobs/queue.ts";
import { Outbox } from "../mail/outbox.ts";
import { getAccountBy, listAllAccounts, readDetails, type AccountDetails, type AccountRecord } from "../operators/accounts.ts";
import { changeAccount, createAccount, createResetLink, eraseAccountNow, hasOperator, isLastOperator, removeSecondFactor, requireErasable, type AccountChange } from "../operators/service.ts";
import { print, readText, requireArguments, toTable, withDesk, type Command, type Desk, type OpenDesk, type Options } from "./desk.ts";

const ADMIN = { origin: SYSTEM, person: null };

export const ACCOUNT_COMMANDS: Record<string, Command> = {
  "account create": async (open, args, options) => {
    const [address = ""] = requireArguments(args, ["ADDRESS"]);
    const email = readText("ADDRESS", Email, address);
    const name = options.name === undefined ? nameOf(email) : readText("--name", PersonName, options.name);
    return withDesk(open, async (desk) => {
      const newcomers = new Newcomers({ ...desk, acting: new Acting() });
      const account = await createAccount({ ...toLinkDesk(desk), newcomers }, SYSTEM, { email, name });
      return print(options, account, toWelcome(account));
    }, { mayCreate: true });
  },
  "account list": async (open, args, options) => {
    requireArguments(args, []);
    return withDesk(open, async ({ control }) => {
      const accounts = await listAllAccounts(control.reads);
      return print(options, accounts, toTable(["ID", "ADDRESS", "NAME", "OPERATOR", "STATE", "SECOND FACTOR", "CREATED", "LAST SEEN"], accounts.map(toRow)));
    });
  },
  "account show": (open, args, options) => withAccount(open, args, async ({ control, now }, account) => {
    const details = await readDetails({ db: control.reads, now }, account);
    return print(options, details, toSheet(details));
  }),
  "account operator": (open, args, options) => withAccount(open, args, async (desk, account) => {
    const operator = options.remove !== true;
    const changed = await changeAccount(desk, ADMIN, account.id, { operator });
    return print(options, changed, `${account.email} is ${operator ? "an operator" : "no operator"} of this instance.\n`);
  }),
  "account disable": (open, args, options) => withAccount(open, args, async (desk, account) => {
    if (options.yes !== true && (await isLastOperator(desk.control.db, account.id))) {
      throw new AppError("conflict", `${account.email} is the last operator of the instance. Name another one first, or repeat the command with --yes.`);
    }
    return setState(desk, options, account, { disabled: true });
  }),
  "account enable": (open, args, options) => withAccount(open, args, (desk, account) => setState(desk, options, account, { disabled: false })),
  "account reset-link": (open, args, options) => withAccount(open, args, async (desk, account) => {
    const link = await createResetLink(toLinkDesk(desk), SYSTEM, account.id);
    // The link alone goes to standard output, so that a script can hand it over.
    return print(options, link, `${link.url}\n`);
  }),
  "account remove-second-factor": (open, args, options) => withAccount(open, args, async (desk, account) => {
    const changed = await removeSecondFactor({ ...desk, outbox: openOutbox(desk) }, SYSTEM, account.id);
    return print(options, changed, `${account.email} signs in without a second factor now. All its sessions have ended.\n`);
  }),
  "account delete": (open, args, options) => withAccount(open, args, async (desk, account) => {
    const { control, now, config } = desk;
    if (options.yes !== true) throw await askFirst(desk, account);
    const deletion = await eraseAccountNow({ control, now, config, jobs: openJobQueue(desk), outbox: openOutbox(desk) }, SYSTEM, account.id);
    return print(options, { id: account.id, ...deletion }, `${account.email} (${account.id}) is being erased by the server; where none runs, by the next that starts.\n`);
  }),
};

/** Most commands are about one account, by its address or id. */
async function withAccount(open: OpenDesk, args: string[], work: (desk: Desk, account: AccountRecord) => Promise<string>): Promise<string> {
  const [addressOrId = ""] = requireArguments(args, ["ADDRESS"]);
  return withDesk(open, async (desk) => work(desk, await getAccountBy(desk.control.db, addressOrId)));
}

/** For commands that print a link. */
function toLinkDesk({ control, now, authSecret, config: { publicUrl }, knowsUrl, note }: Desk) {
  if (!knowsUrl) note(`PUBLIC_URL is not set, so the link leads to ${publicUrl}. Where the server is reached by another address, run this with its PUBLIC_URL.`);
  return { control, now, publicUrl, digest: createDigest(authSecret) };
}

const openOutbox = (desk: Desk): Outbox => new Outbox({ ...desk, jobs: openJobQueue(desk) });

const toWelcome = ({ id, email, operator, link }: Awaited<ReturnType<typeof createAccount>>): string =>
  `${email} has an account (${id})${operator ? " and operates this instance" : ""}. This link sets its password, once and within an hour, until ${link.expires_at}:\n${link.url}\n`;

async function setState(desk: Desk, options: Options, account: AccountRecord, change: AccountChange): Promise<string> {
  const changed = await changeAccount(desk, ADMIN, account.id, change);
  const state = changed.disabled_at === null ? "enabled" : "disabled";
  const warning = (await hasOperator(desk.control.db)) ? "" : "Nobody operates this instance now: account operator ADDRESS names somebody.\n";
  return print(options, changed, `${account.email} is ${state}.\n${warning}`);
}

async function askFirst({ control, now }: Desk, account: AccountRecord): Promise<AppError> {
  await requireErasable(control.db, account.id);
  const { workspaces } = await readDetails({ db: control.db, now }, account);
  const own = workspaces.filter(({ role }) => role === "owner").map(({ slug }) => slug);
  return new AppError("invalid_request", `This erases ${account.email} (${account.id}) at once and for good, with every memory and key of: ${own.join(", ")}. To do it, repeat the command with --yes.`);
}

const toRow = ({ id, email, name, operator, state, second_factor, created_at, last_seen_at }: AccountRecord): string[] =>
  [id, email, name, toYes(operator), state, toYes(second_factor), created_at, last_seen_at ?? "never"];

function toSheet(account: AccountDetails): string {
  const { id, email, name, operator, state, sign_in_methods, passkeys, second_factor, sessions, workspaces, created_at, last_seen_at, disabled_at, delete_after } = account;
  const methods = [...sign_in_methods, ...(passkeys === 0 ? [] : [`passkey (${passkeys})`]), "code or link by mail"];
  const states = [state, ...(disabled_at === null ? [] : [`disabled since ${disabled_at}`]), ...(delete_after === null ? [] : [`erased after ${delete_after}`])];
  const sheet = toTable(["ID", id], [
    ["ADDRESS", email], ["NAME", name], ["OPERATOR", toYes(operator)], ["STATE", states.join(", ")], ["SIGNS IN BY", methods.join(", ")],
    ["SECOND FACTOR", toYes(second_factor)], ["SESSIONS", String(sessions)], ["CREATED", created_at], ["LAST SEEN", last_seen_at ?? "never"],
  ]);
  return `${sheet}\n${toTable(["WORKSPACE", "SLUG", "NAME", "KIND", "ROLE"], workspaces.map(({ id, slug, name, kind, role }) => [id, slug, name, kind, role]))}`;
}

const toYes = (yes: boolean): string => (yes ? "yes" : "no");
