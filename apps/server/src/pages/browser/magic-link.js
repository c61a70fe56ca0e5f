import { call } from "./api.js";
import { onSubmit, showStep } from "./form.js";
import { finishSignIn, takeToken } from "./place.js";

const token = takeToken();
showStep(token === "" ? "incomplete" : "start");
onSubmit(document.querySelector("#start"), async () => finishSignIn(await call("POST", "/v1/auth/magic-link/verify", { token })));
