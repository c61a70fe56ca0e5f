import { call, findPerson } from "./api.js";
import { onSubmit, setText, showAlert, showStep } from "./form.js";
import { takeToken, toPage } from "./place.js";

const token = takeToken();
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
  showStep("start");
}

onSubmit(document.querySelector("#start"), async () => {
  await call("POST", "/v1/invitations/accept", { token });
  location.replace("/");
});
start().catch((error) => {
  showStep("incomplete");
  showAlert(error.message);
});
