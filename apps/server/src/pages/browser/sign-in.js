import { call, findPerson } from "./api.js";
import { leaveCodeStep, readAskedAddress, resumeCodeStep, showCodeStep, tellSentAgain } from "./asked.js";
import { onClick, onSubmit, setText, showStep } from "./form.js";
import { canUsePasskeys, signInWithPasskey } from "./passkey.js";
import { carryNext, finishSignIn, readNext } from "./place.js";
import { connectProviders } from "./providers.js";
import { showSignedIn } from "./signed-in.js";

const start = document.querySelector("#start");
const email = start.elements.email;

carryNext();
onSubmit(start, async ({ email, password }) => finishSignIn(await call("POST", "/v1/auth/sign-in", { email, password })));

for (const button of document.querySelectorAll("[data-mail]")) {
  onClick(button, async () => {
    if (!email.reportValidity()) return;
    const asked = { email: email.value };
    await call("POST", button.dataset.mail === "code" ? "/v1/auth/code" : "/v1/auth/magic-link", asked);
    if (button.dataset.mail === "code") return showCodeStep(asked.email);
    setText("email", asked.email);
    showStep("link");
    goOnAfterLink();
  });
}

/** The link opens a page of its own. Whoever comes back to this one is signed in by then, and goes where they wanted to. */
function goOnAfterLink() {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void goOnIfSignedIn();
  });
}

async function goOnIfSignedIn() {
  const person = await findPerson().catch(() => null);
  if (person !== null) location.replace(readNext());
}

const code = document.querySelector("#code");
if (code !== null) {
  onSubmit(code, async (sent) => finishSignIn(await call("POST", "/v1/auth/code/verify", sent)));
  onClick(document.querySelector("#again"), async () => {
    const asked = readAskedAddress();
    if (asked === null) return leaveCodeStep();
    await call("POST", "/v1/auth/code", { email: asked });
    tellSentAgain();
  });
  resumeCodeStep();
}
for (const back of document.querySelectorAll("[data-back]")) back.addEventListener("click", leaveCodeStep);

const passkey = document.querySelector("#passkey");
if (canUsePasskeys()) onClick(passkey, async () => finishSignIn(await signInWithPasskey()));
else passkey.hidden = true;

connectProviders();
void showSignedIn();
