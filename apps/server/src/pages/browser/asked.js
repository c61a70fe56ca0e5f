import { setText, showStep } from "./form.js";
import { keepHanded, readHanded } from "./place.js";

const ADDRESS = "asked-address";

/** Shows the step at which a mailed code is typed. A reload comes back to it: phones load a page anew while its mail is read. */
export function showCodeStep(email) {
  sessionStorage.setItem(ADDRESS, email);
  keepHanded("step", "code");
  setText("email", email);
  showStep("code");
}

/** The step that a reload has interrupted, if it has. */
export function resumeCodeStep() {
  if (readHanded("step") !== "code") return;
  setText("email", readAskedAddress() ?? "your address");
  showStep("code");
}

export function leaveCodeStep() {
  keepHanded("step", undefined);
  showStep("start");
}

/** Where the last mail went, or `null`. */
export const readAskedAddress = () => sessionStorage.getItem(ADDRESS);

export const tellSentAgain = () => setText("sent", "Another mail is on its way. The newest code works.");
