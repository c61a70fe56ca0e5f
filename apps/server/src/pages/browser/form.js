import { Refusal } from "./api.js";

const alert = document.querySelector("[role=alert]");

/** Says what went wrong, where screen readers hear it at once. */
export function showAlert(text) {
  alert.textContent = text;
}

// Mails and apps show a code with spaces in it and around it, and so it is pasted.
for (const field of document.querySelectorAll("input.code")) {
  field.addEventListener("input", () => {
    const digits = field.value.normalize("NFKC").replaceAll(/\D/g, "").slice(0, 6);
    if (digits !== field.value) field.value = digits;
  });
}

/** Shows one step of a page, without what went wrong in another. The cursor goes into its first field, or to its heading, so that it is read out. */
export function showStep(name) {
  showAlert("");
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

/** For links: one that turns out to be over is told by a step of its own, as its form could only fail again. */
export const unlessOver = (work) => async (values) => {
  try {
    await work(values);
  } catch (error) {
    if (error.reason !== "link_over") throw error;
    setText("why", error.message);
    showStep("over");
  }
};

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
