import { html, type Html } from "./html.ts";
import { ACCOUNT_FIELDS, toCodeField, toField, toNewPassword, type PageParts } from "./layout.ts";

const INCOMPLETE = html`<section data-step="incomplete" hidden>
<h1>This link is not whole</h1>
<p class="lead">Open it once more, or copy all of it into the address bar.</p>
<a class="button quiet" href="/sign-in">Sign in</a>
</section>`;

const toOver = (way: Html): Html => html`<section data-step="over" hidden>
<h1>This link is over</h1>
<p class="lead" data-text="why"></p>
${way}
</section>`;

/** What links in mails open. Nothing happens until a person presses the button: programs that look through mail open links too. */
export const MAGIC_LINK_PAGE: PageParts = {
  title: "Sign in",
  script: "magic-link",
  content: html`<section data-step="start" hidden>
<h1>Welcome back</h1>
<p class="lead">You asked to sign in by mail. One press, and you are in.</p>
<form id="start" method="post"><button>Sign in</button></form>
<p class="after"><a href="/sign-in">Sign in another way</a></p>
</section>
${toOver(html`<a class="button" href="/sign-in">Back to signing in</a>`)}
${INCOMPLETE}`,
};

export const OWNER_LINK_PAGE: PageParts = {
  title: "Take over this server",
  script: "owner-link",
  content: html`<section data-step="start" hidden>
<h1>This server is yours</h1>
<p class="lead">You hold the link that it printed. Make your account, and you run it and own its workspace “local”.</p>
<form id="start" method="post">
${ACCOUNT_FIELDS}
<button>Take it over</button>
</form>
</section>
<section data-step="person" hidden>
<h1>This server is yours</h1>
<p class="lead">You hold the link that it printed. As <strong data-text="person"></strong> you will run it and own its workspace “local”.</p>
<form id="person" method="post"><button>Take it over</button></form>
</section>
${toOver(html`<a class="button quiet" href="/">Start page</a>`)}
${INCOMPLETE}`,
};

/** Without a token it asks whose password it is; with one it takes the new password. */
export const RESET_PASSWORD_PAGE: PageParts = {
  title: "Reset the password",
  script: "reset-password",
  content: html`<section data-step="ask" hidden>
<h1>Forgot your password?</h1>
<p class="lead">Say your address, and a link to choose a new one is mailed to you.</p>
<form id="ask" method="post">
${toField({ name: "email", label: "Email", type: "email", autocomplete: "username" })}
<button>Mail me a link</button>
</form>
<p class="after"><a href="/sign-in">Back to signing in</a></p>
</section>
<section data-step="asked" hidden>
<h1>Look into your mail</h1>
<p class="lead">If there is an account for <strong data-text="email"></strong>, a link is on its way. It works once, for an hour.</p>
<a class="button quiet" href="/sign-in">Back to signing in</a>
</section>
<section data-step="choose" hidden>
<h1>Choose a new password</h1>
<p class="lead">Everybody who is signed in to your account is signed out then.</p>
<form id="choose" method="post">
${toNewPassword("New password")}
<button>Save the password</button>
</form>
</section>
<section data-step="done" hidden>
<h1>Saved</h1>
<p class="lead">From now on the new password works, and the old one does not.</p>
<a class="button" href="/sign-in">Sign in</a>
</section>
${toOver(html`<a class="button" href="/reset-password">Ask for another link</a>`)}`,
};

export const SECOND_FACTOR_PAGE: PageParts = {
  title: "Second step",
  script: "second-factor",
  content: html`<section data-step="app">
<h1>One more step</h1>
<p class="lead">Open your authenticator app and type the six digits that it shows for Loci.</p>
<form method="post">
${toCodeField("Code from the app")}
<button>Go on</button>
</form>
<p class="after"><button type="button" class="link" data-to="recovery">Use a recovery code</button></p>
</section>
<section data-step="recovery" hidden>
<h1>Recovery code</h1>
<p class="lead">Type one of the codes that you kept when you set up the app. Each works once.</p>
<form method="post">
${toField({ name: "recovery_code", label: "Recovery code", autocomplete: "off" })}
<button>Go on</button>
</form>
<p class="after"><button type="button" class="link" data-to="app">Use the app</button></p>
</section>
<p class="after"><a href="/sign-in" data-carry>Start over</a></p>`,
};

export const INVITATION_PAGE: PageParts = {
  title: "Invitation",
  script: "accept-invitation",
  content: html`<section data-step="start" hidden>
<h1>Join <span data-text="workspace"></span></h1>
<p class="lead">You were invited as <strong data-text="role"></strong>. The invitation is for <strong data-text="email_hint"></strong>, and you are signed in as <strong data-text="person"></strong>.</p>
<form id="start" method="post"><button>Join</button></form>
<p class="after"><a href="/">Not now</a></p>
</section>
<section data-step="other" hidden>
<h1>This invitation is for somebody else</h1>
<p class="lead">The one to <strong data-text="workspace"></strong> is for <strong data-text="email_hint"></strong>, and you are signed in as <strong data-text="person"></strong>. If both are you, change to the other account.</p>
<button type="button" id="change">Sign out and go on</button>
<p class="after"><a href="/">Not now</a></p>
</section>
<section data-step="nobody" hidden>
<h1>Join <span data-text="workspace"></span></h1>
<p class="lead">You were invited as <strong data-text="role"></strong>. The invitation is for <strong data-text="email_hint"></strong>.</p>
<div class="stack">
<a class="button" id="sign-up" href="/sign-up">Create an account</a>
<a class="button quiet" id="sign-in" href="/sign-in">Sign in</a>
</div>
</section>
<section data-step="incomplete" hidden>
<h1>This invitation does not work</h1>
<p class="lead" data-text="why">It may have been used or taken back, or its seven days are over. Ask whoever invited you for a new one.</p>
<a class="button quiet" href="/">Start page</a>
</section>`,
};
