import type { Digest } from "./digests.ts";

/** A recovery code as it is kept. */
export const hashRecoveryCode = (digest: Digest, code: string): string => digest("recovery_code", code);
