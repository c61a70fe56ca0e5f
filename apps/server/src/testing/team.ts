import type { GivenRole } from "../policy/roles.ts";
import type { Answer, TestApp } from "./harness.ts";
import type { TestPerson } from "./people.ts";

export interface TestTeam {
  id: string;
  /** `/v1/workspaces/{id}` */
  url: string;
  owner: TestPerson;
  /** Makes one more person and lets them join. */
  join(role: GivenRole): Promise<TestPerson>;
}

/** A team whose owner is a new person, with as many more as are asked for, all through the API. */
export async function newTeam(app: TestApp, name = "Acme"): Promise<TestTeam> {
  const owner = await newPerson(app);
  const { id } = requireStatus(201, await owner.call("POST", "/v1/workspaces", { name })).body as { id: string };
  const url = `/v1/workspaces/${id}`;
  const join = async (role: GivenRole): Promise<TestPerson> => {
    const person = await newPerson(app);
    const token = await invite(owner, url, person.email, role);
    requireStatus(200, await person.call("POST", "/v1/invitations/accept", { token }));
    return person;
  };
  return { id, url, owner, join };
}

/** Invites an address and answers with the token of the link. */
export async function invite(owner: TestPerson, url: string, email: string, role: GivenRole = "developer"): Promise<string> {
  const made = requireStatus(201, await owner.call("POST", `${url}/invitations`, { email, role }));
  return String(made.body.url).split("#token=")[1] ?? "";
}

/** Somebody who just signed up, without a password: hashing one is what takes time. */
export const newPerson = (app: TestApp): Promise<TestPerson> => app.newPerson({ password: null });

function requireStatus(status: number, answer: Answer): Answer {
  if (answer.status === status) return answer;
  throw new Error(`Answered with ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
}
