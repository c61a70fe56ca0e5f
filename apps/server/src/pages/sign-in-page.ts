import type { SignInMethods } from "../providers/methods.ts";
import { html, type Html } from "./html.ts";
import { SEND_AGAIN, SIGNED_IN, toCodeField, toField, type PageParts } from "./layout.ts";

export const toSignInPage = (methods: SignInMethods, signedIn: boolean): PageParts => ({
  title: "Sign in",
  script: "sign-in",
  content: html`<section data-step="start">
<h1>Sign in</h1>
${signedIn ? SIGNED_IN : null}
<p class="lead">${methods.sign_up === "closed" ? "Welcome back." : html`New here? <a href="/sign-up" data-carry>Create an account</a>.`}</p>
<form id="start" method="post">
${toField({ name: "email", label: "Email", type: "email", autocomplete: "username" })}
${toField({ name: "password", label: "Password", type: "password", autocomplete: "current-password", aside: html`<a href="/reset-password">Forgot your password?</a>` })}
<button>Sign in</button>
</form>
<div class="or">or</div>
<div class="stack">
${methods.code ? MAIL_BUTTONS : null}
<button type="button" class="quiet" id="passkey">${KEY_ICON}Sign in with a passkey</button>
${toProviderButtons(methods)}
</div>
</section>
${methods.code ? MAIL_STEPS : null}`,
});

const MAIL_BUTTONS = html`<div class="pair">
<button type="button" class="quiet" data-mail="code">Email a code</button>
<button type="button" class="quiet" data-mail="link">Email a link</button>
</div>`;

const MAIL_STEPS = html`<section data-step="code" hidden>
<h1>Enter the code</h1>
<p class="lead">If there is an account for <strong data-text="email"></strong>, a mail with six digits is on its way. They work for ten minutes, in this browser.</p>
<form id="code" method="post">
${toCodeField("Code")}
<button>Sign in</button>
</form>
${SEND_AGAIN}
<p class="after"><button type="button" class="link" data-back>Use another way</button></p>
</section>
<section data-step="link" hidden>
<h1>Look into your mail</h1>
<p class="lead">If there is an account for <strong data-text="email"></strong>, a link is on its way. It works once, for ten minutes.</p>
<button type="button" class="quiet" data-back>Use another way</button>
</section>`;

/** The providers that this instance has; the way back leads to where the person wanted to go. */
export const toProviderButtons = ({ providers }: SignInMethods): Html[] =>
  providers.map(({ id, name }) => html`<button type="button" class="quiet" data-provider="${id}">${ICONS[id] ?? null}${id === "oidc" ? name : `Continue with ${name}`}</button>`);

const KEY_ICON = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="8" cy="15" r="5"/><path d="m11.6 11.4 8.4-8.4M16 7l3 3M19 4l2 2"/></svg>`;

const ICONS: Record<string, Html> = {
  github: html`<svg viewBox="0 0 16 16" fill="currentColor" aria-hidden="true"><path d="M8 0a8 8 0 0 0-2.53 15.59c.4.07.55-.17.55-.38v-1.33c-2.23.48-2.7-1.07-2.7-1.07-.36-.93-.89-1.17-.89-1.17-.73-.5.05-.49.05-.49.8.06 1.23.83 1.23.83.71 1.22 1.87.87 2.33.66.07-.52.28-.87.5-1.07-1.77-.2-3.64-.89-3.64-3.95 0-.87.31-1.59.82-2.15-.08-.2-.36-1.01.08-2.12 0 0 .67-.21 2.2.82a7.6 7.6 0 0 1 4 0c1.53-1.03 2.2-.82 2.2-.82.44 1.11.16 1.92.08 2.12.51.56.82 1.28.82 2.15 0 3.07-1.87 3.75-3.65 3.95.29.25.54.73.54 1.48v2.2c0 .21.15.46.55.38A8 8 0 0 0 8 0Z"/></svg>`,
  google: html`<svg viewBox="0 0 18 18" aria-hidden="true"><path fill="#4285f4" d="M17.6 9.2c0-.6 0-1.2-.2-1.7H9v3.3h4.8a4.1 4.1 0 0 1-1.8 2.7v2.2h2.9a8.8 8.8 0 0 0 2.7-6.5Z"/><path fill="#34a853" d="M9 18c2.4 0 4.5-.8 6-2.2l-3-2.2a5.4 5.4 0 0 1-8-2.8H1V13a9 9 0 0 0 8 5Z"/><path fill="#fbbc05" d="M4 10.7a5.4 5.4 0 0 1 0-3.4V5H1a9 9 0 0 0 0 8l3-2.3Z"/><path fill="#ea4335" d="M9 3.6c1.3 0 2.5.5 3.4 1.3L15 2.3A9 9 0 0 0 1 5l3 2.3a5.4 5.4 0 0 1 5-3.7Z"/></svg>`,
};
