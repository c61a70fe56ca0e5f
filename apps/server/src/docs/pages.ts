import { STATUS_OF } from "../http/errors.ts";
import { ERROR_CODE_PAGES, type ErrorCodePage } from "./error-codes.ts";

export interface AssetPaths {
  scalar: string;
  start: string;
  style: string;
}

/** The API reference. `nonce` is what lets Scalar's own style sheet in, and nothing else. */
export const toReferencePage = ({ scalar, start }: AssetPaths, nonce: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
<title>Loci API</title>
</head>
<body>
<div id="reference"></div>
<script src="${start}"></script>
<script src="${scalar}"></script>
</body>
</html>
`;

/**
 * Stamps the nonce on the style elements that Scalar makes, then starts it with everything off that could reach another
 * host: fonts, telemetry, proxy, assistants.
 */
export const START_SCRIPT = `const { content: nonce } = document.querySelector("meta[property=csp-nonce]");
const createElement = document.createElement.bind(document);
document.createElement = (name, options) => {
  const element = createElement(name, options);
  if (name === "style") element.nonce = nonce;
  return element;
};
document.addEventListener("DOMContentLoaded", () => {
  Scalar.createApiReference("#reference", {
    url: "/openapi.json",
    withDefaultFonts: false,
    telemetry: false,
    proxyUrl: "",
    hideClientButton: true,
    showDeveloperTools: "never",
    agent: { disabled: true, hideAddApi: true },
    mcp: { disabled: true },
    authentication: { preferredSecurityScheme: "bearer" },
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    metaData: { title: "Loci API" },
  });
});
`;

/** A page for each error code, all on one, so that \`docs\` of an error opens at its anchor. */
export function toErrorsPage({ style }: AssetPaths): string {
  const codes = Object.entries(ERROR_CODE_PAGES).map(([code, page]) => ({ code, status: STATUS_OF[code as keyof typeof STATUS_OF], page }));
  const contents = codes.map(({ code, status }) => `<li><a href="#${code}"><code>${code}</code></a> <span class="status">${status}</span></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Errors · Loci API</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<header><a href="/docs">Loci API</a></header>
<main>
<h1>Errors</h1>
<p>Every failure has one shape. Branch on <code>code</code>: the list is closed. The <code>message</code> is for people and may change.</p>
<pre><code>${escapeHtml(EXAMPLE)}</code></pre>
<nav aria-label="Error codes"><ul class="codes">
${contents.join("\n")}
</ul></nav>
${codes.map(({ code, status, page }) => toSection(code, status, page)).join("\n")}
</main>
</body>
</html>
`;
}

const EXAMPLE = JSON.stringify({
  error: {
    code: "invalid_request",
    message: "`limit` must be at most 100.",
    param: "limit",
    docs: "…/docs/errors#invalid_request",
    request_id: "req_019aa5d27c4c7d1eb8a3c0d94b1f8e77",
  },
}, null, 2);

const toSection = (code: string, status: number, { meaning, causes, fix, repeat }: ErrorCodePage): string => `<section id="${code}" aria-labelledby="${code}-title">
<h2 id="${code}-title"><a href="#${code}"><code>${code}</code></a> <span class="status">${status}</span></h2>
<p class="meaning">${toHtml(meaning)}</p>
<h3>Why it happens</h3>
<ul>${causes.map((cause) => `<li>${toHtml(cause)}</li>`).join("")}</ul>
<h3>What to do</h3>
<p>${toHtml(fix)}</p>
<p class="repeat"><strong>Retry?</strong> ${toHtml(repeat)}</p>
</section>`;

const escapeHtml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Text with \`code\` in it. */
const toHtml = (text: string): string => escapeHtml(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");

export const ERRORS_STYLE = `:root { color-scheme: light dark; --text: #1c1e21; --soft: #5c636b; --line: #dfe3e8; --ground: #ffffff; --raised: #f5f7f9; --accent: #0b5fce; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --soft: #9aa3ad; --line: #2c333b; --ground: #12161b; --raised: #1b2128; --accent: #7db4ff; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.6 system-ui, sans-serif; }
header { border-bottom: 1px solid var(--line); padding: .9rem 1.5rem; font-weight: 600; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1.5rem 6rem; }
a { color: var(--accent); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
h1 { font-size: 2rem; line-height: 1.2; margin: 1.5rem 0 .5rem; }
h2 { font-size: 1.3rem; margin: 0 0 .25rem; }
h3 { font-size: .8rem; letter-spacing: .05em; text-transform: uppercase; color: var(--soft); margin: 1.25rem 0 .25rem; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; overflow-x: auto; }
section { border-top: 1px solid var(--line); padding: 2rem 0 1rem; }
section:target { border-top-color: var(--accent); }
section ul { margin: 0; padding-left: 1.2rem; }
.codes { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .35rem 1rem; list-style: none; padding: 0; margin: 1.5rem 0 2.5rem; }
.status { color: var(--soft); font-size: .85rem; font-variant-numeric: tabular-nums; border: 1px solid var(--line); border-radius: 999px; padding: .05rem .55rem; }
.meaning { font-size: 1.05rem; margin-top: 0; }
.repeat { color: var(--soft); }
`;
