import { Refusal } from "./api.js";

const alert = document.querySelector("[role=alert]");

/** Says what went wrong, where screen readers hear it at once. */
export function showAlert(text) {
  alert.textContent = text;
}

/** Shows one step of a page. The cursor goes into its first field, or to its heading, so that it is read out. */
export function showStep(name) {
  for (const step of document.querySelectorAll("[data-step]")) step.hidden = step.dataset.step !== name;
  const step = document.querySelector(`[data-step="${name}"]`);
  const heading = step.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  (step.querySelector("input") ?? heading)?.focus();
}

export const setText = (name, text) => {
  for (const element of document.querySelectorAll(`[data-text="${name}"]`)) element.textContent = text;
};

/** Runs `work` with the form's values; while it runs nothing can be sent twice, and what goes wrong is told. */
export function onSubmit(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run(form, () => work(Object.fromEntries(new FormData(form))));
  });
}

/** The same for a button beside a form. */
export function onClick(button, work) {
  button.addEventListener("click", () => void run(button.closest("[data-step], main"), work));
}

async function run(place, work) {
  if (place.getAttribute("aria-busy") === "true") return;
  place.setAttribute("aria-busy", "true");
  showAlert("");
  clearFaults(place);
  try {
    await work();
  } catch (error) {
    showAlert(error instanceof Refusal ? error.message : "Something went wrong. Try again.");
    markFault(place, error.param);
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function clearFaults(place) {
  for (const field of place.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-errormessage");
  }
}

/** The field at fault gets the cursor, and the message as its error. */
function markFault(place, name) {
  const field = name === undefined ? null : place.querySelector(`[name="${CSS.escape(name)}"]`);
  if (field === null) return;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-errormessage", alert.id);
  field.focus();
}
