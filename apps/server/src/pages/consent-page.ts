import type { AppError } from "@loci/kit/errors";
import { findPersonalTitle } from "../connections/label.ts";
import type { Client } from "../oauth/clients.ts";
import type { LimitedWorkspace } from "../oauth/offers.ts";
import type { AuthorizationRequest } from "../oauth/request.ts";
import { OAUTH_SCOPE_MEANS, type OAuthScope } from "../policy/oauth-scopes.ts";
import { html, type Html } from "./html.ts";
import type { PageParts } from "./layout.ts";

interface Question extends AuthorizationRequest {
  id: string;
  person: { email: string };
  /** At least one; a personal URL leaves no choice. */
  workspaces: LimitedWorkspace[];
}

/** Asks a person whether an app may in: who it is as far as that is known, where it takes them, and what it may do. */
export const toConsentPage = (question: Question): PageParts => {
  const { id, client, redirect_uri, person, scopes } = question;
  return {
    title: `Connect ${client.name}`,
    script: "consent",
    content: html`<section data-step="ask">
<h1>Connect ${client.name}?</h1>
<p class="lead">It asks to use your memory. You are signed in as <strong>${person.email}</strong>. <button type="button" class="link" id="change">Not you?</button></p>
<dl class="facts">
<div><dt>Who it is</dt><dd>${toIdentity(client)}</dd></div>
${toAddress(findPersonalTitle(question.personal))}
<div><dt>Takes you to</dt><dd><strong>${toPlace(redirect_uri)}</strong></dd></div>
</dl>
${isLocal(redirect_uri) ? LOCAL_WARNING : null}
<form id="consent" method="post" data-id="${id}">
${toScopeBoxes(scopes, client.kind !== "own" && scopes.includes("memory:delete") ? RESTORABLE : null)}
${toWorkspaceChoice(question)}
${toLimits(question)}
<div class="pair">
<button type="button" class="quiet" id="deny">Cancel</button>
<button>Connect</button>
</div>
</form>
<p class="after hint">You can limit or end this at any time under <a href="/connections">connected apps</a>.</p>
</section>
<section data-step="done" hidden>
<h1>Back to ${client.name}</h1>
<p class="lead">If nothing opened, go there yourself. You can close this page.</p>
<a class="button" id="onward" href="/">Go to ${client.name}</a>
</section>`,
  };
};

/** Nothing that an app says of itself, but its name, is shown: its home page would only lend it the look of another. */
function toIdentity({ kind, id }: Client): Html {
  if (kind === "own") return html`The command line of Loci.`;
  if (kind === "document") return html`It is described at <strong>${new URL(id).host}</strong>.`;
  return html`It gave this name itself, and nobody checked it.`;
}

/** Whatever an app is called, it can come by the address of another. */
const toAddress = (title: string | null): Html | null => (title === null ? null : html`<div><dt>Comes in</dt><dd>at the personal address for <strong>${title}</strong></dd></div>`);

const isWeb = (protocol: string): boolean => protocol === "https:" || protocol === "http:";

function toPlace(redirect_uri: string): string {
  const { protocol, host } = new URL(redirect_uri);
  return isWeb(protocol) ? host : `an app on this device (${protocol})`;
}

const isLocal = (redirect_uri: string): boolean => new URL(redirect_uri).protocol !== "https:";

const LOCAL_WARNING = html`<p class="notice warning" role="note"><strong>The answer goes to a program on this device.</strong> Which one it is cannot be seen from here. Go on only if you have just started this yourself.</p>`;

/** A box for each thing that an app may do, to be unticked. */
export const toScopeBoxes = (scopes: readonly OAuthScope[], hint: Html | null = null): Html => html`<fieldset class="checks">
<legend>It may</legend>
${scopes.map((scope) => html`<label class="check"><input type="checkbox" name="scopes" value="${scope}" checked>${OAUTH_SCOPE_MEANS[scope]}</label>`)}
${hint}
</fieldset>`;

// No tool forgets for good.
const RESTORABLE = html`<p class="hint">What it forgets you can bring back for seven days.</p>`;

function toWorkspaceChoice({ workspaces }: Question): Html {
  const [first, ...more] = workspaces;
  if (first !== undefined && more.length === 0) {
    return html`<input type="hidden" name="workspace" value="${first.id}"${toStanding(first)}><p class="fixed">In the workspace <strong>${first.name}</strong></p>`;
  }
  return html`<div class="field">
<label for="workspace">In the workspace</label>
<select id="workspace" name="workspace">
${workspaces.map((workspace) => html`<option value="${workspace.id}"${toStanding(workspace)}>${toChoice(workspace)}</option>`)}
</select>
</div>`;
}

const toChoice = ({ slug, name }: LimitedWorkspace): string => (name === slug ? name : `${name} (${slug})`);

/** For the script, which shows them with the workspace that they are of. */
const toStanding = ({ limits }: LimitedWorkspace): Html | null => (limits === null ? null : html` data-limits="${JSON.stringify(limits)}"`);

/** What stands apart from the scopes can be lifted later without connecting anew. */
export const toLimits = ({ scopes }: Pick<Question, "scopes">): Html => html`<details class="limits">
<summary>Limit it further</summary>
<div>
<p class="notice" data-part="standing" hidden>These limits are from before and stay; you can lift them under <a href="/connections">connected apps</a>.</p>
${scopes.every((scope) => scope === "memory:read") ? null : READ_ONLY}
<div class="field">
<label for="group">One group</label>
<input id="group" name="group" list="groups" maxlength="200" autocomplete="off" spellcheck="false" aria-describedby="group-hint group-new">
<datalist id="groups"></datalist>
<p class="hint" id="group-hint">It sees the memories of this group alone. Empty: all of the workspace.</p>
<p class="hint" id="group-new" role="status"></p>
</div>
</div>
</details>`;

const READ_ONLY = html`<div class="field">
<label class="check"><input type="checkbox" name="read_only" value="yes" aria-describedby="read-only-hint">Reading only</label>
<p class="hint" id="read-only-hint">It can read, and change nothing, until you lift this.</p>
</div>`;

/** Why an app cannot be connected, where it cannot be told itself; `signIn` leads back here. */
export const toRefusedPage = ({ code, message }: Pick<AppError, "code" | "message">, signIn: string): PageParts => ({
  title: "This app cannot be connected",
  content: html`<h1>This app cannot be connected</h1>
<p class="lead">${message}</p>
<div class="stack">
${code === "not_found" || code === "forbidden" ? html`<a class="button" href="${signIn}">Sign in with another account</a>` : null}
<a class="button quiet" href="/">Start page</a>
</div>`,
});

/** Why an app that registered itself cannot be connected. It can be told so by whoever goes there themselves: nobody is taken to where a stranger likes. */
export const toUnansweredPage = ({ message }: Pick<AppError, "message">, { name }: Client, location: string): PageParts => ({
  title: "This app cannot be connected",
  content: html`<h1>This app cannot be connected</h1>
<p class="lead">${message}</p>
<p>The app calls itself ${name}, and nobody checked that. If you came from it and trust it: <a href="${location}" rel="noreferrer">go back to ${toPlace(location)}</a>.</p>
<div class="stack">
<a class="button quiet" href="/">Start page</a>
</div>`,
});
