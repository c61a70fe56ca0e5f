import { call, Refusal } from "./api.js";
import { onClick, onSubmit, showStep } from "./form.js";
import { toPage } from "./place.js";

const form = document.querySelector("#consent");
const signIn = toPage("/sign-in", { next: location.pathname + location.search });

/** Tells the server, then takes the browser to the app. A form that is sent cannot do that: its policy holds for where it is redirected to. */
async function answer(given) {
  const { location: onward } = await call("POST", `/v1/oauth/consents/${form.dataset.id}`, given).catch((error) => {
    if (error.code === "unauthenticated") location.assign(signIn);
    throw error;
  });
  document.querySelector("#onward").href = onward;
  location.assign(onward);
  // An app of its own scheme leaves this page where it is.
  showStep("done");
}

function readAnswer({ workspace, group, read_only }) {
  const scopes = new FormData(form).getAll("scopes");
  if (scopes.length === 0) throw new Refusal({ code: "invalid_request", message: "Tick at least one thing that it may do, or cancel.", param: "scopes" });
  return { allow: true, workspace, scopes, read_only: read_only !== undefined, ...(group.trim() !== "" && { group: group.trim() }) };
}

onSubmit(form, (sent) => answer(readAnswer(sent)));
onClick(document.querySelector("#deny"), () => answer({ allow: false }));
onClick(document.querySelector("#change"), async () => {
  await call("POST", "/v1/auth/sign-out", {});
  location.assign(signIn);
});
