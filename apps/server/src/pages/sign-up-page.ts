import type { SignInMethods } from "../providers/methods.ts";
import { html } from "./html.ts";
import { ACCOUNT_FIELDS, SEND_AGAIN, SIGNED_IN, toCodeField, type PageParts } from "./layout.ts";
import { toProviderButtons } from "./sign-in-page.ts";

export const toSignUpPage = (methods: SignInMethods, signedIn: boolean): PageParts => (methods.sign_up === "closed" ? CLOSED : toForm(methods, signedIn));

const CLOSED: PageParts = {
  title: "Create an account",
  content: html`<h1>No new accounts</h1>
<p class="lead">Whoever runs this instance takes no new accounts. Ask them for one.</p>
<a class="button quiet" href="/sign-in">Sign in</a>`,
};

const toForm = (methods: SignInMethods, signedIn: boolean): PageParts => ({
  title: "Create an account",
  script: "sign-up",
  content: html`<section data-step="start">
<h1>Create an account</h1>
${signedIn ? SIGNED_IN : null}
<p class="lead">Have one already? <a href="/sign-in" data-carry>Sign in</a>.</p>
${methods.sign_up === "invite" ? NEEDS_INVITATION : null}
<form id="start" method="post"${methods.sign_up === "invite" ? html` hidden` : null}>
${ACCOUNT_FIELDS}
<button>Create account</button>
</form>
${methods.providers.length === 0 ? null : html`<div class="or">or</div>
<div class="stack">${toProviderButtons(methods)}</div>`}
</section>
<section data-step="code" hidden>
<h1>Confirm your address</h1>
<p class="lead">A mail with six digits is on its way to <strong data-text="email"></strong>. They work for ten minutes, in this browser.</p>
<form id="code" method="post">
${toCodeField("Code")}
<button>Confirm</button>
</form>
${SEND_AGAIN}
<p class="after"><button type="button" class="link" data-back>Use another address</button></p>
</section>`,
});

const NEEDS_INVITATION = html`<div class="notice" data-needs-invitation><p>New accounts need an invitation here. Open the link of yours, or ask whoever runs this instance for one.</p></div>`;
