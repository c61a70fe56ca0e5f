import { defineCommand } from "../arguments/command.ts";
import type { SignInProfile } from "../profiles/file.ts";
import { removeProfile } from "../profiles/store.ts";

export const logout = defineCommand({
  about: "Ends the sign-in at its server and removes it from this machine. A key that was kept is only removed: it works on until it is revoked.",
  options: {},
  examples: ["loci logout --profile work"],
  run: async ({ choose, environment: { configDir }, output }) => {
    const { profileName } = await choose();
    const removed = await removeProfile(configDir, profileName);
    const ended = removed?.kind === "sign_in" && (await endSignIn(removed));
    if (removed?.kind === "sign_in" && !ended) output.note(`${removed.base_url} could not be told, so this sign-in works there until you disconnect it in your account, or until it ends by itself.`);
    await output.answer({ profile: profileName, removed: removed !== null, ended }, () => {
      if (removed === null) return `Nobody is signed in as profile ${profileName}.`;
      return `Signed out of ${removed.base_url}.${removed.kind === "key" ? " The key still works; revoke it there if nobody else uses it." : ""}`;
    });
  },
});

/** Tells the server that a sign-in is over; answers whether it was reached. */
export async function endSignIn(profile: SignInProfile): Promise<boolean> {
  const { revokeProfile } = await import("../sign-in/tokens.ts");
  try {
    await revokeProfile(profile);
    return true;
  } catch {
    return false;
  }
}
