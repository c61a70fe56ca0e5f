import { readAllowance } from "./allowance.js";
import { call, findPerson } from "./api.js";
import { onClick, onSubmit, setText, showAlert, showStep } from "./form.js";
import { keepLimits } from "./limits.js";
import { keepHanded, readHanded, toPage } from "./place.js";

const asking = document.querySelector("#code");
const answering = document.querySelector("#answer");
const field = asking.elements.user_code;

/** As devices show it: capitals, with a hyphen in the middle. */
function toShown(typed) {
  const letters = typed.normalize("NFKC").toUpperCase().replaceAll(/[^A-Z]/g, "").slice(0, 8);
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
}

const signIn = () => toPage("/sign-in", { next: toPage("/device", { user_code: readHanded("user_code") }) });

async function start() {
  const person = await findPerson();
  if (person === null) return location.replace(signIn());
  setText("person", person.email);
  field.value = toShown(readHanded("user_code") ?? "");
  showStep("code");
}

/** Of all that an app can do, what this one asks for. */
function offer(scopes) {
  for (const box of answering.querySelectorAll("[name=scopes]")) {
    box.checked = scopes.includes(box.value);
    box.closest("label").hidden = !box.checked;
  }
}

function toChoice({ id, slug, name, limits }) {
  const choice = new Option(name === slug ? name : `${name} (${slug})`, id);
  if (limits !== null) choice.dataset.limits = JSON.stringify(limits);
  return choice;
}

const showLimits = keepLimits(answering);

field.addEventListener("input", () => {
  const shown = toShown(field.value);
  if (shown !== field.value) field.value = shown;
});

onSubmit(asking, async ({ user_code }) => {
  const { client_name, scopes, asked_at, same_network, workspaces } = await call("POST", "/v1/oauth/devices/read", { user_code });
  keepHanded("user_code", user_code);
  if (workspaces.length === 0) return showStep("nowhere");
  setText("client_name", client_name);
  setText("user_code", user_code);
  setText("asked_at", new Date(asked_at).toLocaleTimeString(undefined, { timeStyle: "short" }));
  document.querySelector("#elsewhere").hidden = same_network !== false;
  offer(scopes);
  answering.elements.workspace.replaceChildren(...workspaces.map(toChoice));
  showLimits();
  showStep("ask");
  // What it is comes before what can be ticked.
  document.querySelector("[data-step=ask] h1").focus();
});

/** A code that ran out while it was being looked at can only be begun anew. */
async function answer(given) {
  try {
    const { status } = await call("POST", "/v1/oauth/devices", { user_code: field.value, ...given });
    keepHanded("user_code", undefined);
    showStep(status);
  } catch (error) {
    if (error.param !== "user_code") throw error;
    showStep("code");
    throw error;
  }
}

onSubmit(answering, () => answer(readAllowance(answering)));
onClick(document.querySelector("#deny"), () => answer({ allow: false }));
for (const button of document.querySelectorAll("[data-change]")) {
  onClick(button, async () => {
    await call("POST", "/v1/auth/sign-out", {});
    location.assign(signIn());
  });
}
start().catch((error) => {
  showStep("code");
  showAlert(error.message);
});
