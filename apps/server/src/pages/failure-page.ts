import { html } from "./html.ts";
import type { PageParts } from "./layout.ts";
import { toFailure } from "../providers/failures.ts";

/** Why a provider could not sign somebody in. Only words of ours are shown: anybody can write an address. */
export function toFailurePage(error: string | null): PageParts {
  const { title, text } = toFailure(error);
  return {
    title,
    content: html`<h1>${title}</h1>
<p class="lead">${text}</p>
<div class="stack">
<a class="button" href="/sign-in">Back to signing in</a>
<a class="button quiet" href="/">Start page</a>
</div>`,
  };
}
