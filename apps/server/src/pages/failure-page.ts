import { html } from "./html.ts";
import type { PageParts } from "./layout.ts";
import { toFailure } from "../providers/failures.ts";

const NO_REASON = { title: "Nothing is wrong here", text: "This page tells why a sign-in with a provider failed, and none brought you here." };

/** Why a provider could not sign somebody in. Only words of ours are shown: anybody can write an address. */
export function toFailurePage(error: string | null): PageParts {
  const { title, text } = error === null ? NO_REASON : toFailure(error);
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
