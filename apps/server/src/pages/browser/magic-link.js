import { call } from "./api.js";
import { onSubmit, showStep, unlessOver } from "./form.js";
import { finishSignIn, takeToken } from "./place.js";

const token = takeToken();
showStep(token === "" ? "incomplete" : "start");
onSubmit(document.querySelector("#start"), unlessOver(async () => finishSignIn(await call("POST", "/v1/auth/magic-link/verify", { token }))));
