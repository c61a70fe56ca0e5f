import { call } from "./api.js";
import { onSubmit, setText, showStep } from "./form.js";
import { carryNext, readHanded, readNext } from "./place.js";
import { connectProviders } from "./providers.js";

const invitation = readHanded("invitation");
const start = document.querySelector("#start");
const needsInvitation = document.querySelector("[data-needs-invitation]");

carryNext();
if (needsInvitation !== null && invitation !== undefined) {
  needsInvitation.hidden = true;
  start.hidden = false;
}

onSubmit(start, async ({ email, name, password }) => {
  const { status } = await call("POST", "/v1/auth/sign-up", { email, password, ...(name !== "" && { name }), ...(invitation !== undefined && { invitation }) });
  // Where no mail is sent, an invitation proves the address by itself.
  if (status === "signed_in") return location.replace(readNext());
  setText("email", email);
  showStep("code");
});
onSubmit(document.querySelector("#code"), async (sent) => {
  await call("POST", "/v1/auth/sign-up/verify", sent);
  location.replace(readNext());
});
for (const back of document.querySelectorAll("[data-back]")) back.addEventListener("click", () => showStep("start"));

connectProviders();
