import { accept, createKey, createTeam, deleteAccount, deleteWorkspace, invite, signUp, storeFirst, transfer, verify } from "./actions.ts";
import type { Acting } from "./asking.ts";
import type { Kind } from "./line.ts";
import type { Held, Person, Space } from "./record.ts";

/** Something that could be done now, and what nobody else may touch meanwhile. */
export interface Plan {
  about: Held[];
  run(): Promise<void>;
}

const KEYS_MAX = 3;

/** Whether something of this kind could be done, and with whom; `null` where nobody and nothing is free for it. */
export const PLANS: Record<Kind, (acting: Acting) => Plan | null> = {
  sign_up: (acting) => ({ about: [], run: () => signUp(acting) }),
  verify: (acting) => {
    const newcomer = acting.record.newcomers.shift();
    return newcomer === undefined ? null : { about: [], run: () => verify(acting, newcomer) };
  },
  key: (acting) => withSpace(acting, freeSpaces(acting).filter(({ keys }) => keys.length < KEYS_MAX), (space) => createKey(acting, space)),
  provision: (acting) => withSpace(acting, freeSpaces(acting).filter(({ keys, memories }) => keys.length > 0 && memories.length === 0), (space) => storeFirst(acting, space)),
  team: (acting) => {
    const owner = pick(acting, freePeople(acting));
    return owner === undefined ? null : { about: [owner], run: () => createTeam(acting, owner) };
  },
  invite: (acting) => {
    const space = pick(acting, freeTeams(acting));
    const person = pick(acting, freePeople(acting).filter((one) => space !== undefined && one !== space.owner && !space.members.has(one) && !space.invitations.some((invitation) => invitation.person === one)));
    return space === undefined || person === undefined ? null : { about: [space, space.owner, person], run: () => invite(acting, space, person) };
  },
  accept: (acting) => {
    const invitation = pick(acting, freeTeams(acting).flatMap(({ invitations }) => invitations.filter(({ accepted, person }) => !accepted && !person.busy)));
    return invitation === undefined ? null : { about: [invitation.space, invitation.space.owner, invitation.person], run: () => accept(acting, invitation) };
  },
  transfer: (acting) => {
    const [space, heir] = pick(acting, freeTeams(acting).flatMap((team) => [...team.members.keys()].flatMap((person) => (person.busy || person === team.owner ? [] : [[team, person] as const])))) ?? [];
    return space === undefined || heir === undefined ? null : { about: [space, space.owner, heir], run: () => transfer(acting, space, heir) };
  },
  delete_workspace: (acting) => withSpace(acting, freeTeams(acting).filter(isWorthDeleting(acting)), (space) => deleteWorkspace(acting, space)),
  delete_account: (acting) => {
    const person = pick(acting, freePeople(acting).filter((one) => !one.personal.busy && !acting.record.ownsTeams(one) && isWorthDeleting(acting)(one.personal)));
    return person === undefined ? null : { about: [person, person.personal], run: () => deleteAccount(acting, person) };
  },
};

/** What was used has more to lose; of the rest one in four is enough. */
const isWorthDeleting = ({ random }: Acting) => ({ memories }: Space): boolean => memories.length > 0 || random() < 0.25;

const freePeople = ({ record }: Acting): Person[] => record.livingPeople.filter(({ busy }) => !busy);
const freeSpaces = ({ record }: Acting): Space[] => record.livingSpaces.filter(({ busy, owner }) => !busy && !owner.busy);
const freeTeams = (acting: Acting): Space[] => freeSpaces(acting).filter(({ kind }) => kind === "team");

const pick = <Item>({ random }: Acting, items: Item[]): Item | undefined => items[Math.floor(random() * items.length)];

function withSpace(acting: Acting, spaces: Space[], run: (space: Space) => Promise<void>): Plan | null {
  const space = pick(acting, spaces);
  return space === undefined ? null : { about: [space, space.owner], run: () => run(space) };
}

/** Does it, and keeps everybody else away meanwhile. */
export async function carryOut({ about, run }: Plan): Promise<void> {
  for (const held of about) held.busy = held.touched = true;
  try {
    await run();
  } finally {
    for (const held of about) held.busy = false;
  }
}
