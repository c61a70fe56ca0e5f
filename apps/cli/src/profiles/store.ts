import { readProfiles, writeProfiles, type Profile } from "./file.ts";
import { withLock } from "./lock.ts";

/** Keeps a sign-in in place of the one of that name. */
export function keepProfile(configDir: string, name: string, profile: Profile): Promise<void> {
  return withLock(configDir, async () => writeProfiles(configDir, { ...readProfiles(configDir), [name]: profile }));
}

/** Answers what was kept under the name, or null. */
export function removeProfile(configDir: string, name: string): Promise<Profile | null> {
  return withLock(configDir, async () => {
    const { [name]: removed, ...others } = readProfiles(configDir);
    if (removed === undefined) return null;
    writeProfiles(configDir, others);
    return removed;
  });
}
