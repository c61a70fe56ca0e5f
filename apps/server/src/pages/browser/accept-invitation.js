import { call, findPerson } from "./api.js";
import { onClick, onSubmit, setText, showAlert, showStep } from "./form.js";
import { takeToken, toPage } from "./place.js";

const token = takeToken();
const OVER = new Set(["conflict", "not_found"]);
const here = toPage("/accept-invitation", { token });

async function start() {
  if (token === "") return showStep("incomplete");
  const [invitation, person] = await Promise.all([call("POST", "/v1/invitations/read", { token }), findPerson()]);
  for (const name of ["workspace", "role", "email_hint"]) setText(name, invitation[name]);
  if (person === null) {
    document.querySelector("#sign-in").href = toPage("/sign-in", { next: here });
    document.querySelector("#sign-up").href = toPage("/sign-up", { next: here, invitation: token });
    return showStep("nobody");
  }
  setText("person", person.email);
  // As the server hides it; of two that look alike it tells them apart when the invitation is accepted.
  showStep(invitation.email_hint === person.email.replace(/^(.).*(?=@)/u, "$1•••") ? "start" : "other");
}

onSubmit(document.querySelector("#start"), async () => {
  try {
    await call("POST", "/v1/invitations/accept", { token });
  } catch (error) {
    if (error.reason !== "other_address") throw error;
    return showStep("other");
  }
  location.replace("/");
});
onClick(document.querySelector("#change"), async () => {
  await call("POST", "/v1/auth/sign-out", {});
  location.replace(here);
});
start().catch((error) => {
  // A refusal says what became of the invitation; anything else may pass.
  if (OVER.has(error.code)) setText("why", error.message);
  showStep("incomplete");
  if (!OVER.has(error.code)) showAlert(error.message);
});
