import type { SignInMethods } from "../providers/methods.ts";
import { html, type Html } from "./html.ts";
import type { PageParts } from "./layout.ts";

const toLanding = ({ sign_up }: SignInMethods): Html => html`<h1>Memory for AI agents</h1>
<p class="lead">Loci stores what should be remembered, recalls it when it matters, and forgets on request.</p>
<div class="stack">
<a class="button" href="/sign-in">Sign in</a>
${sign_up === "closed" ? null : html`<a class="button quiet" href="/sign-up">Create an account</a>`}
<a class="button quiet" href="/connect">Connect an assistant</a>
<a class="button quiet" href="/docs">Read the API reference</a>
</div>`;

export const toHomePage = (methods: SignInMethods, signedIn: boolean): PageParts => (signedIn ? toPersonPage(methods) : { title: "Loci", content: toLanding(methods) });

/** For somebody who brings a session: it shows them in, or the landing when the session is over. */
const toPersonPage = (methods: SignInMethods): PageParts => ({
  title: "Loci",
  script: "home",
  wide: true,
  content: html`<section data-step="waiting"><p class="hint">Looking who you are …</p></section>
<section data-step="person" hidden>
<h1>Hello, <span data-text="name"></span></h1>
<p class="lead">You are signed in as <strong data-text="email"></strong>.</p>
<div class="notice" id="leaving" hidden>
<p>This account is going to be deleted after <strong data-text="delete-after"></strong>, with everything in it.</p>
<button type="button" class="quiet" id="restore">Keep the account</button>
</div>
<h2 id="workspaces-title">Your workspaces</h2>
<ul class="list" id="workspaces" aria-labelledby="workspaces-title"></ul>
<div class="stack">
<a class="button" href="/connect">Connect an assistant</a>
<a class="button quiet" href="/connections">Connected apps</a>
<button type="button" class="quiet" id="sign-out">Sign out</button>
</div>
</section>
<section data-step="nobody" hidden>
${toLanding(methods)}
</section>`,
});
