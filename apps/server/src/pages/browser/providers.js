import { call } from "./api.js";
import { onClick } from "./form.js";
import { readNext } from "./place.js";

/** The buttons of the providers lead there, and back to where the person wanted to go. */
export function connectProviders() {
  for (const button of document.querySelectorAll("[data-provider]")) {
    onClick(button, async () => {
      const { url } = await call("POST", `/v1/auth/providers/${button.dataset.provider}`, { redirect: readNext() });
      location.assign(url);
    });
  }
}
