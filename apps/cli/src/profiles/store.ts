import { readProfiles, writeProfiles, type Profile } from "./file.ts";
import { withLock } from "./lock.ts";

/** Keeps a sign-in, and answers the one of that name that it takes the place of, or null. */
export function keepProfile(configDir: string, name: string, profile: Profile): Promise<Profile | null> {
  return withLock(configDir, async () => {
    const profiles = readProfiles(configDir);
    writeProfiles(configDir, { ...profiles, [name]: profile });
    return profiles[name] ?? null;
  });
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
