import { AppError } from "@loci/kit/errors";

/** Who calls is known, so a wrong proof is no 401: that would say that the session is over. */
export async function asProof<Value>(proving: Promise<Value>): Promise<Value> {
  try {
    return await proving;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "unauthenticated") throw error;
    const { message, param, details, cause } = error;
    throw new AppError("forbidden", message, { param, details, cause });
  }
}
