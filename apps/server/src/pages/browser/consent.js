import { readAllowance } from "./allowance.js";
import { call } from "./api.js";
import { onClick, onSubmit, showStep } from "./form.js";
import { keepLimits } from "./limits.js";
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

// A double click that began on a page of another site must not end on a button of this one.
const SETTLE_MS = 600;
let settling;
function settle() {
  form.classList.add("settling");
  clearTimeout(settling);
  settling = setTimeout(() => form.classList.remove("settling"), SETTLE_MS);
}
settle();
addEventListener("focus", settle);

keepLimits(form)();
onSubmit(form, () => answer(readAllowance(form)));
onClick(document.querySelector("#deny"), () => answer({ allow: false }));
onClick(document.querySelector("#change"), async () => {
  await call("POST", "/v1/auth/sign-out", {});
  location.assign(signIn);
});
