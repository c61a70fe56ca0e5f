import { OAUTH_SCOPES } from "../policy/oauth-scopes.ts";
import { toLimits, toScopeBoxes } from "./consent-page.ts";
import { html } from "./html.ts";
import type { PageParts } from "./layout.ts";

/** Where the code of a device without a browser is typed, and its owner says what it may do. */
export const DEVICE_PAGE: PageParts = {
  title: "Connect a device",
  script: "device",
  content: html`<section data-step="waiting"><p class="hint">Looking who you are …</p></section>
<section data-step="code" hidden>
<h1>Connect a device</h1>
<p class="lead">Type the code that it shows. You are signed in as <strong data-text="person"></strong>.</p>
<form id="code" method="post">
<div class="field">
<label for="user_code">Code</label>
<input class="letters" id="user_code" name="user_code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" placeholder="BCDF-GHJK" aria-describedby="user-code-hint" required>
<p class="hint" id="user-code-hint">Eight letters. It works once, for ten minutes.</p>
</div>
<button>Next</button>
</form>
<p class="after"><button type="button" class="link" data-change>Use another account</button></p>
</section>
<section data-step="ask" hidden>
<h1>Connect <span data-text="client_name"></span>?</h1>
<p class="lead">It asks to use your memory. You are signed in as <strong data-text="person"></strong>. <button type="button" class="link" data-change>Not you?</button></p>
<dl class="facts">
<div><dt>Code on the device</dt><dd><strong class="letters" data-text="user_code"></strong></dd></div>
<div><dt>Asked at</dt><dd data-text="asked_at"></dd></div>
</dl>
<p class="notice warning" role="note" id="elsewhere" hidden><strong>The device is in another network than you.</strong> That is right for a server of yours. It is wrong if the device should be beside you.</p>
<p class="notice warning" role="note"><strong>Go on only if you have just started this yourself</strong>, and the device shows this very code. If somebody sent you the code, cancel.</p>
<form id="answer" method="post">
${toScopeBoxes(OAUTH_SCOPES)}
<div class="field">
<label for="workspace">In the workspace</label>
<select id="workspace" name="workspace"></select>
</div>
${toLimits({ scopes: OAUTH_SCOPES })}
<div class="pair">
<button type="button" class="quiet" id="deny">Cancel</button>
<button>Connect</button>
</div>
</form>
<p class="after hint">You can limit or end this at any time under <a href="/connections">connected apps</a>.</p>
</section>
<section data-step="nowhere" hidden>
<h1>There is no workspace for it</h1>
<p class="lead">You are signed in as <strong data-text="person"></strong>, and in no workspace of this account may you do what the device asks for.</p>
<button type="button" data-change>Use another account</button>
</section>
<section data-step="allowed" hidden>
<h1>Connected</h1>
<p class="lead">Go back to your device: <span data-text="client_name"></span> goes on there in a moment. You can close this page.</p>
<a class="button quiet" href="/connections">See connected apps</a>
</section>
<section data-step="denied" hidden>
<h1>Not connected</h1>
<p class="lead">The device was told no. If somebody asked you to type that code, they wanted into your memory.</p>
<a class="button quiet" href="/">Start page</a>
</section>`,
};
