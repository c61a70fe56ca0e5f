import { call, findPerson } from "./api.js";
import { onSubmit, setText, showAlert, showStep, unlessOver } from "./form.js";
import { takeToken } from "./place.js";

const token = takeToken();

async function start() {
  if (token === "") return showStep("incomplete");
  const person = await findPerson();
  if (person === null) return showStep("start");
  setText("person", person.email);
  showStep("person");
}

const takeOver = async (more) => {
  await call("POST", "/v1/auth/owner-link", { token, ...more });
  location.replace("/");
};
onSubmit(document.querySelector("#start"), unlessOver(({ email, name, password }) => takeOver({ email, password, ...(name !== "" && { name }) })));
onSubmit(document.querySelector("#person"), unlessOver(() => takeOver({})));
start().catch((error) => {
  showStep("start");
  showAlert(error.message);
});
