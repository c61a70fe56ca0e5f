import { OAUTH_SCOPE_MEANS, OAUTH_SCOPES } from "../policy/oauth-scopes.ts";
import { html } from "./html.ts";
import type { PageParts } from "./layout.ts";

/** An app as the script fills it in, once for each. */
const APP = html`<template id="app">
<li class="app">
<h2 tabindex="-1" data-part="label"></h2>
<p class="hint" data-part="about"></p>
<p class="hint" data-part="identity" hidden></p>
<details class="limits">
<summary data-part="limits">Limit or rename it</summary>
<div>
<form method="post">
<label class="field">Name<input name="label" maxlength="100" autocomplete="off" required></label>
<fieldset class="checks">
<legend>It may</legend>
${OAUTH_SCOPES.map((scope) => html`<label class="check"><input type="checkbox" name="scopes" value="${scope}">${OAUTH_SCOPE_MEANS[scope]}</label>`)}
<p class="hint">What you take away comes back only when you connect it anew.</p>
</fieldset>
<label class="check"><input type="checkbox" name="read_only" value="yes">Reading only, until you lift this</label>
<div class="field">
<label class="field">One group<input name="group" maxlength="200" autocomplete="off" spellcheck="false" placeholder="All of the workspace"></label>
<datalist data-part="groups"></datalist>
<p class="hint" role="status" data-part="group-new"></p>
</div>
<input type="hidden" name="workspace">
<button>Save</button>
</form>
</div>
</details>
<details class="limits" data-part="log">
<summary data-part="did">What it read and wrote</summary>
<div>
<p class="hint" data-part="empty" hidden>Nothing in the last 90 days.</p>
<ol class="requests" data-part="requests"></ol>
<button type="button" class="quiet" data-part="older" hidden>Show older ones</button>
</div>
</details>
<p class="hint" role="status" data-part="said"></p>
<button type="button" class="quiet" data-part="end">Disconnect</button>
<div data-part="sure" hidden>
<p>Its next request is refused. What it stored stays.</p>
<div class="pair">
<button type="button" class="quiet" data-part="keep">Keep it</button>
<button type="button" class="bad" data-part="disconnect">Disconnect</button>
</div>
</div>
</li>
</template>`;

/** What a person let into their memory: each can be limited and ended, and shows what it did. */
export const CONNECTIONS_PAGE: PageParts = {
  title: "Connected apps",
  script: "connections",
  wide: true,
  content: html`<section data-step="waiting"><p class="hint">Looking what is connected …</p></section>
<section data-step="nobody" hidden>
<h1>Connected apps</h1>
<p class="lead">Sign in to see what you let into your memory.</p>
<a class="button" href="/sign-in#next=%2Fconnections">Sign in</a>
</section>
<section data-step="apps" hidden>
<h1>Connected apps</h1>
<p class="lead">What you let into your memory. An app works until you disconnect it, and never further than you say here.</p>
<p class="notice" id="none" hidden>No app is connected.</p>
<p class="hint" role="status" id="ended"></p>
<ul class="apps" id="apps" aria-label="Connected apps"></ul>
<div class="stack">
<button type="button" class="quiet" id="more" hidden>Show more</button>
<a class="button" href="/connect">Connect an assistant</a>
</div>
</section>
${APP}`,
};
