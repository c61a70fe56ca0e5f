import { findPerson } from "./api.js";
import { setText } from "./form.js";

/** Tells who is signed in already, where a session came with the request for the page. */
export async function showSignedIn() {
  const notice = document.querySelector("#signed-in");
  if (notice === null) return;
  const person = await findPerson().catch(() => null);
  if (person === null) return;
  setText("person", person.email);
  notice.hidden = false;
}
