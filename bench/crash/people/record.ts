import type { Answered, Kind, Sent } from "./line.ts";

export type Role = "owner" | "admin" | "developer";

export interface Held {
  /** One action at a time is about it, so that what must be so is known at any moment. */
  busy: boolean;
  /** In the present round. */
  touched: boolean;
  gone: boolean;
}

export interface Person extends Held {
  email: string;
  password: string;
  /** A word that nothing but this account holds. */
  word: string;
  cookie: string;
  id: string;
  personal: Space;
  provenMs: number;
}

/** A workspace. */
export interface Space extends Held {
  id: string;
  word: string;
  kind: "personal" | "team";
  owner: Person;
  /** The owner is one of them. */
  members: Map<Person, Role>;
  keys: { name: string; secret: string }[];
  /** A word of each memory in it. */
  memories: string[];
  /** Words of what was sent, never answered, and never sent again: nobody knows. */
  unknown: string[];
  invitations: Invitation[];
}

export interface Invitation {
  id: string;
  space: Space;
  person: Person;
  accepted: boolean;
  /** From the link in the mail, once somebody has looked. */
  token?: string | undefined;
}

/** Who has asked for an account and has not shown the code. */
export interface Newcomer {
  email: string;
  password: string;
  word: string;
  /** Of the browser that asked. */
  cookie: string;
  /** From the mail, once somebody has looked. */
  code?: string | undefined;
}

type Violation = "half" | "lost" | "back" | "twice" | "answer" | "audit" | "mail" | "job";

/** A mail that somebody must have been sent by now. */
export interface DueMail {
  to: string;
  subject: string;
  /** Who may have left at the same moment, and was not told then. */
  unlessGone?: Person;
}

/** What the outside knows to be true: what was acknowledged, what turned out to be, and nothing else. */
export class PeopleRecord {
  readonly people: Person[] = [];
  readonly spaces: Space[] = [];
  newcomers: Newcomer[] = [];
  readonly dueMails: DueMail[] = [];
  readonly violations: string[] = [];
  readonly acknowledged = new Map<Kind, number>();
  /** Of this round, what was sent with a key and how it was answered. */
  repeatable: { sent: Sent; answered: Answered; of: Held[] }[] = [];
  /** Words of what was deleted: no file may hold them. */
  readonly goneWords = new Set<string>();
  private words = 0;

  startRound(): void {
    this.repeatable = [];
    for (const held of [...this.people, ...this.spaces]) held.touched = false;
  }

  /** A word that stands nowhere else, in letters and digits that mails, names and memories all take. */
  nextWord(): string {
    return toWord(this.words++);
  }

  count(kind: Kind): void {
    this.acknowledged.set(kind, (this.acknowledged.get(kind) ?? 0) + 1);
  }

  violate(kind: Violation, what: string): void {
    this.violations.push(`${kind}: ${what}`);
  }

  get livingPeople(): Person[] {
    return this.people.filter(({ gone }) => !gone);
  }

  get livingSpaces(): Space[] {
    return this.spaces.filter(({ gone }) => !gone);
  }

  /** The teams and roles of somebody, by workspace id, their personal one included. */
  placesOf(person: Person): Map<string, Role> {
    return new Map(this.livingSpaces.flatMap(({ id, members }) => (members.has(person) ? [[id, members.get(person) as Role]] : [])));
  }

  ownsTeams(person: Person): boolean {
    return this.livingSpaces.some(({ kind, owner }) => kind === "team" && owner === person);
  }

  /** Takes somebody in, as the answers of a sign-up tell. */
  addPerson({ email, password, word }: Newcomer, { cookie, id, spaceId }: { cookie: string; id: string; spaceId: string }): Person {
    const held = { busy: false, touched: true, gone: false };
    const personal = { ...held, id: spaceId, word, kind: "personal" as const, members: new Map(), keys: [], memories: [], unknown: [], invitations: [] };
    const person: Person = { ...held, email, password, word, cookie, id, provenMs: Date.now(), personal: { ...personal, owner: null as never } };
    person.personal.owner = person;
    person.personal.members.set(person, "owner");
    this.people.push(person);
    this.spaces.push(person.personal);
    return person;
  }

  addTeam(owner: Person, { id, word }: { id: string; word: string }): Space {
    const space: Space = { busy: false, touched: true, gone: false, id, word, kind: "team", owner, members: new Map([[owner, "owner"]]), keys: [], memories: [], unknown: [], invitations: [] };
    this.spaces.push(space);
    return space;
  }

  removeSpace(space: Space): void {
    space.gone = true;
    for (const word of [space.word, ...space.memories, ...space.unknown, ...space.keys.map(({ name }) => name)]) this.goneWords.add(word);
  }

  removePerson(person: Person): void {
    person.gone = true;
    this.goneWords.add(person.word);
    this.removeSpace(person.personal);
    for (const space of this.livingSpaces) {
      if (space.members.delete(person)) space.touched = true;
      space.invitations = space.invitations.filter((invitation) => invitation.person !== person);
    }
  }
}

// Long enough that what was sealed does not hold it by chance.
const toWord = (number: number): string => `canarybird${number}x`;
/** Such a word, whatever its case; none is a part of another. */
export const WORD = /canarybird\d+x/gi;
