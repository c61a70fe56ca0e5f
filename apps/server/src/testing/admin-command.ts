import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const CLI = path.join(import.meta.dirname, "../admin/cli.ts");

/** The one of the apps in the harness. */
export const ADMIN_PEPPER = "a pepper for tests, long enough for anyone";

export interface AdminRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `loci-admin` in a process of its own, beside whatever has the data folder open. */
export async function runAdmin(dataDir: string, ...args: string[]): Promise<AdminRun> {
  const env = { PATH: "/usr/bin", LOCI_DATA_DIR: dataDir, LOCI_KEY_PEPPER: ADMIN_PEPPER };
  return promisify(execFile)(process.execPath, [CLI, ...args], { env, cwd: tmpdir() }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: AdminRun) => error,
  );
}
