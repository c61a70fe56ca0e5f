import { newId } from "@loci/kit/ids";
import type { Role } from "../policy/roles.ts";
import type { TestApp } from "../testing/harness.ts";
import { insertMember, insertPerson, type SignedIn } from "../testing/signed-in.ts";

/** A person with a fresh proof who has a role in a workspace; their calls name it. */
export async function newMember(app: TestApp, workspace: string, role: Role, name = "Ada"): Promise<SignedIn & { email: string }> {
  const email = `${newId("usr")}@example.org`;
  const person = await insertPerson(app, { name, email });
  await insertMember(app, workspace, person, role);
  return { ...person, email, call: (method, path, body, more) => person.call(method, path, body, { "x-workspace": workspace, ...more }) };
}
