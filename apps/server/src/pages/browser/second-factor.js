import { call } from "./api.js";
import { onSubmit, showStep } from "./form.js";
import { carryNext, finishSignIn } from "./place.js";

carryNext();
showStep("app");
for (const form of document.querySelectorAll("form")) {
  onSubmit(form, async (sent) => finishSignIn(await call("POST", "/v1/auth/second-factor", sent)));
}
for (const button of document.querySelectorAll("[data-to]")) button.addEventListener("click", () => showStep(button.dataset.to));
