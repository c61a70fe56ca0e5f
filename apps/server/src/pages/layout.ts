import type { PageAssets } from "./assets.ts";
import { html, type Html } from "./html.ts";

export interface PageParts {
  title: string;
  /** The script in `browser/` that makes the page work, without its extension; a page without one needs none. */
  script?: string;
  wide?: boolean;
  content: Html;
}

/** A whole page. Nothing in it is inline, so that the strictest policy lets it work. */
export function toPage({ pathOf }: PageAssets, { title, script, wide = false, content }: PageParts): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === "Loci" ? title : `${title} · Loci`}</title>
<link rel="stylesheet" href="${pathOf("style.css")}">
<link rel="icon" type="image/svg+xml" href="${pathOf("icon.svg")}">
${script === undefined ? null : html`<script type="module" src="${pathOf(`${script}.js`)}"></script>`}
</head>
<body>
<header><a class="brand" href="/"><img src="${pathOf("icon.svg")}" alt="" width="28" height="28">Loci</a></header>
<main class="${wide ? "wide" : ""}">
<div role="alert" id="alert"></div>
${script === undefined ? null : html`<noscript><p class="notice">This page works with JavaScript only. Allow it for this site, then load the page again.</p></noscript>`}
${content}
</main>
<footer><a href="/docs">API reference</a></footer>
</body>
</html>
`.text;
}

/** Scripts, styles and calls of this server alone, and nothing inline. */
export const PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

interface Field {
  name: string;
  label: string;
  type?: string;
  autocomplete: string;
  hint?: string;
  required?: boolean;
  /** What stands under the field, at its end. */
  aside?: Html;
}

export const toField = ({ name, label, type = "text", autocomplete, hint, required = true, aside }: Field): Html => html`<div class="field">
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" maxlength="256"${required ? html` required` : null}${hint === undefined ? null : html` aria-describedby="${name}-hint"`}>
${hint === undefined ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`}
${aside === undefined ? null : html`<span class="aside">${aside}</span>`}
</div>`;

/** The field for six digits, as authenticator apps and mails give them. */
export const toCodeField = (label: string): Html => html`<div class="field">
<label for="code-field">${label}</label>
<input class="code" id="code-field" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" title="Six digits" spellcheck="false" required>
</div>`;

/** For a code that did not come. */
export const SEND_AGAIN = html`<p class="after">Nothing came? <button type="button" class="link" id="again">Send again</button></p>
<p class="hint" role="status" data-text="sent"></p>`;

/** For who has a session that holds. */
export const SIGNED_IN = html`<p class="notice" id="signed-in" hidden>You are signed in as <strong data-text="person"></strong>. <a href="/">Go to the start page</a></p>`;

export const toNewPassword = (label: string): Html =>
  toField({ name: "password", label, type: "password", autocomplete: "new-password", hint: "At least 8 characters. A few words that only you would put together are good." });

/** What a new account is made of. */
export const ACCOUNT_FIELDS = html`${toField({ name: "email", label: "Email", type: "email", autocomplete: "username" })}
${toField({ name: "name", label: "Name", autocomplete: "name", required: false, hint: "As others see you. You can leave it out." })}
${toNewPassword("Password")}`;
