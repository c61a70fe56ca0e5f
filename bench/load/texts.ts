import { createRandom } from "../statistics.ts";
import { ADJECTIVES, createWords, EVERYDAY_NOUNS, NAMES, VERBS } from "./vocabulary.ts";

export interface GeneratedMemory {
  content: string;
  session: string;
  speaker: string;
  occurred_at: string;
}

const RARE_WORDS = 20_000;
const TURNS_PER_SESSION = 20;
const FIRST_DAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
/** Every second noun is one of the rare words, so that questions have words to find. */
const RARE_SHARE = 0.5;

// N a noun, A an adjective, V a verb in the past, P a person. Two of these make some 25 words.
const SENTENCES = [
  "I V the A N that P gave me, and the N is still there",
  "we V a A N with P near the N, it was A",
  "P V my N after the N and said the N was A",
  "the N at the N was A, so I V another N",
  "last week P and I V the N, but nobody V the N",
  "my N never V the N, which is why P prefers a N",
  "remind me that P V the A N before the N",
  "it turns out the N needs a A N, as P V yesterday",
];

const QUESTIONS = ["What did P say about the N and the N?", "When was the A N V?", "Who V the N near the N?", "Which N does P prefer for the N?", "Where is the A N with the N?"];

/**
 * A source of texts whose words are distributed as in speech (the rank of a word is its frequency, after Zipf). Every
 * memory can be made again from its two numbers, so that questions can be asked about what was stored, in any process.
 */
export class TextSource {
  private readonly seed: number;
  private readonly rare: string[];

  constructor(seed: number) {
    this.seed = seed;
    this.rare = createWords(RARE_WORDS, seed);
  }

  memory(group: number, index: number): GeneratedMemory {
    const draw = new Draw(this.randomOf(group, index, 1), this.rare, []);
    const [speaker = "", other = ""] = this.speakersOf(group);
    const session = Math.floor(index / TURNS_PER_SESSION);
    const atMs = FIRST_DAY_MS + (session % 700) * DAY_MS + (index % TURNS_PER_SESSION) * 60_000 + (group % 600) * 60_000;
    return {
      content: `${draw.sentence(SENTENCES)}. ${draw.sentence(SENTENCES)}.`,
      session: `s${session}`,
      speaker: index % 2 === 0 ? speaker : other,
      occurred_at: new Date(atMs).toISOString(),
    };
  }

  /** A question about one of the first `size` memories of a group: its words are words of that memory. */
  question(group: number, size: number, number: number): string {
    const random = this.randomOf(group, number, 2);
    const nouns: string[] = [];
    const about = new Draw(this.randomOf(group, Math.floor(random() * size), 1), this.rare, nouns);
    about.sentence(SENTENCES);
    about.sentence(SENTENCES);
    return new Draw(random, this.rare, [], nouns).sentence(QUESTIONS);
  }

  private speakersOf(group: number): string[] {
    const first = group % NAMES.length;
    return [NAMES[first] ?? "", NAMES[(first + 1 + (Math.floor(group / NAMES.length) % (NAMES.length - 1))) % NAMES.length] ?? ""];
  }

  private randomOf(group: number, index: number, purpose: number): () => number {
    return createRandom(Math.imul(this.seed ^ Math.imul(group + 1, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35) ^ Math.imul(purpose, 0x27d4eb2f));
  }
}

/** Fills the slots of sentences from one sequence of random numbers; the nouns drawn are noted. */
class Draw {
  private readonly random: () => number;
  private readonly rare: string[];
  private readonly nouns: string[];
  private readonly given: string[];

  constructor(random: () => number, rare: string[], nouns: string[], given: string[] = []) {
    this.random = random;
    this.rare = rare;
    this.nouns = nouns;
    this.given = given;
  }

  sentence(forms: string[]): string {
    return this.evenly(forms).replaceAll(/\b[NAVP]\b/g, (slot) => {
      if (slot === "V") return this.byRank(VERBS);
      if (slot === "A") return this.byRank(ADJECTIVES);
      return slot === "P" ? this.evenly(NAMES) : this.noun();
    });
  }

  private noun(): string {
    if (this.given.length > 0) return this.evenly(this.given);
    const noun = this.byRank(this.random() < RARE_SHARE ? this.rare : EVERYDAY_NOUNS);
    this.nouns.push(noun);
    return noun;
  }

  private evenly(words: string[]): string {
    return words[Math.floor(this.random() * words.length)] ?? "";
  }

  /** A log-uniform rank is Zipf's law with exponent one. */
  private byRank(words: string[]): string {
    return words[Math.floor(words.length ** this.random()) - 1] ?? words[0] ?? "";
  }
}
