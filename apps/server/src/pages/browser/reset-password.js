import { call } from "./api.js";
import { onSubmit, setText, showStep, unlessOver } from "./form.js";
import { takeToken } from "./place.js";

const token = takeToken();
showStep(token === "" ? "ask" : "choose");

onSubmit(document.querySelector("#ask"), async ({ email }) => {
  await call("POST", "/v1/auth/password/forgot", { email });
  setText("email", email);
  showStep("asked");
});
onSubmit(document.querySelector("#choose"), unlessOver(async ({ password }) => {
  await call("POST", "/v1/auth/password/reset", { token, password });
  showStep("done");
}));
