import { ROLES, type Role } from "../memory.ts";

/** A memory as it was said: who, in which role, and the words alone. */
export interface Utterance {
  text: string;
  /** A name; `null` where only the role is known. */
  speaker: string | null;
  role: Role | null;
}

const ROLE_WORDS: Record<string, Role> = { user: "user", human: "user", assistant: "assistant", ai: "assistant", bot: "assistant" };

/** "Ada: …" at the start of a line of a chat log; a name is at most so long. */
const PREFIX = /^\s*([^:\n]{1,60}):\s+/u;

/**
 * Takes the speaker off the front of a text where it repeats what is known ("Ada: I moved" said by Ada), or names a role
 * ("user: I moved"). Any other word before a colon belongs to the text. Who is called "user" or "assistant" has no name.
 */
export function readUtterance(content: string, speaker: string | null, role: Role | null): Utterance {
  const named = speaker?.trim().toLowerCase() ?? "";
  const prefix = PREFIX.exec(content);
  const before = prefix?.[1]?.trim().toLowerCase() ?? "";
  const isRepeated = before !== "" && (before === named || ROLE_WORDS[before] !== undefined || (ROLES as readonly string[]).includes(before));
  return {
    text: prefix && isRepeated && content.length > prefix[0].length ? content.slice(prefix[0].length) : content,
    speaker: ROLE_WORDS[named] === undefined ? speaker : null,
    role: role ?? ROLE_WORDS[named] ?? (isRepeated ? (ROLE_WORDS[before] ?? null) : null),
  };
}
