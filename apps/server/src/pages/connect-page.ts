import { INSTALL_CLIENTS } from "@loci/mcp/install";
import { html } from "./html.ts";
import type { PageParts } from "./layout.ts";

const toChoice = ({ slug, title }: { slug: string; title: string }) => html`<label><input type="radio" name="client" value="${slug}">${title}</label>`;

/** How each assistant is told of this server: the table of `/v1/mcp/clients`, by personal addresses for who is signed in. */
export const toConnectPage = (signedIn: boolean): PageParts => ({
  title: "Connect an assistant",
  script: "connect",
  wide: true,
  content: html`<h1>Connect an assistant</h1>
<p class="lead">Choose yours and add this server to it. It sends you here to sign in and to say what it may do; there is no key to copy.</p>
${signedIn ? null : html`<p class="notice" id="nobody">This works for everybody. <a href="/sign-in#next=/connect">Sign in</a> to get an address for each assistant and workspace: it fixes the workspace, and tells you later which assistant stored what.</p>`}
<form id="choice">
<div class="field" id="workspace-field" hidden>
<label for="workspace">Workspace</label>
<select id="workspace" name="workspace"></select>
</div>
<fieldset class="choices">
<legend>Assistant</legend>
${INSTALL_CLIENTS.map(toChoice)}
</fieldset>
</form>
<section id="guide" aria-labelledby="guide-title" hidden>
<h2 id="guide-title"></h2>
<div class="notice warning" id="unreachable" hidden></div>
<div id="reachable">
<div id="ways"></div>
<h3>Its address</h3>
<div id="address"></div>
</div>
</section>
${signedIn ? html`<p class="after"><a href="/connections">See what is connected</a></p>` : null}`,
});
