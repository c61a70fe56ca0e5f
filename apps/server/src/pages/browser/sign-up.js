import { call } from "./api.js";
import { leaveCodeStep, readAskedAddress, resumeCodeStep, showCodeStep, tellSentAgain } from "./asked.js";
import { onClick, onSubmit, showAlert } from "./form.js";
import { carryNext, readHanded, readNext } from "./place.js";
import { connectProviders } from "./providers.js";
import { showSignedIn } from "./signed-in.js";

const invitation = readHanded("invitation");
const start = document.querySelector("#start");
const needsInvitation = document.querySelector("[data-needs-invitation]");

carryNext();
if (needsInvitation !== null && invitation !== undefined) {
  needsInvitation.hidden = true;
  start.hidden = false;
}

async function signUp() {
  const { email, name, password } = Object.fromEntries(new FormData(start));
  const { status } = await call("POST", "/v1/auth/sign-up", { email, password, ...(name !== "" && { name }), ...(invitation !== undefined && { invitation }) });
  // Where no mail is sent, an invitation proves the address by itself.
  if (status === "signed_in") return location.replace(readNext());
  showCodeStep(email);
}
onSubmit(start, signUp);
onSubmit(document.querySelector("#code"), async (sent) => {
  await call("POST", "/v1/auth/sign-up/verify", sent);
  location.replace(readNext());
});
onClick(document.querySelector("#again"), async () => {
  if (start.checkValidity()) {
    await signUp();
    return tellSentAgain();
  }
  // After a reload the form is empty: a password is kept nowhere.
  start.elements.email.value = readAskedAddress() ?? "";
  leaveCodeStep();
  showAlert("Fill this in once more, and another mail comes.");
});
for (const back of document.querySelectorAll("[data-back]")) back.addEventListener("click", leaveCodeStep);

connectProviders();
resumeCodeStep();
void showSignedIn();
