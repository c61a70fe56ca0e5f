import { z } from "zod";
import { RELATIONSHIP_FAMILIES } from "@loci/engine";

const KNOWN = Object.values(RELATIONSHIP_FAMILIES).flat();

export const RelationshipType = z.string()
  .regex(/^[A-Z][A-Z0-9_]{0,63}$/, `must be a word in UPPER_SNAKE such as ${KNOWN.slice(0, 3).join(", ")}: a capital, then capitals, digits and _, 64 at most.`)
  .describe(`What the first memory is to the second: ${KNOWN.join(", ")}, or any other word in UPPER_SNAKE.`)
  .meta({ examples: ["SOLVES"] });
