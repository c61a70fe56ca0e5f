import { escapeHtml } from "./layout.ts";
import type { KeptMail } from "./mailbox.ts";

/** The mailbox of who develops. It holds no script; what a mail looks like stands in a frame that may do nothing. */
export const toMailboxPage = (mails: KeptMail[], nonce: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mail · Loci</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>Mail</h1>
<p>What this server mailed, newest first. There is no such page in production.</p>
${mails.length === 0 ? "<p>Nothing yet.</p>" : mails.map(toArticle).join("\n")}
</main>
</body>
</html>
`;

const toArticle = ({ id, to, subject, text, html, created_at, status, error }: KeptMail): string => `<article aria-labelledby="${escapeHtml(id)}">
<h2 id="${escapeHtml(id)}">${escapeHtml(subject)}</h2>
<p class="soft">To ${escapeHtml(to)} · <time datetime="${created_at}">${created_at}</time> · ${status}${error === null ? "" : `: ${escapeHtml(error)}`}</p>
<pre>${withLinks(text)}</pre>
<details><summary>As HTML</summary><iframe sandbox title="${escapeHtml(subject)}" srcdoc="${escapeHtml(html)}"></iframe></details>
</article>`;

/** Web addresses on lines of their own can be followed, as a mail program would let one. */
const withLinks = (text: string): string =>
  text.split("\n").map((line) => (/^https?:\/\/\S+$/.test(line) ? `<a href="${escapeHtml(line)}">${escapeHtml(line)}</a>` : escapeHtml(line))).join("\n");

/** The frames inherit this: styles on elements are what mails are made with. */
export const toMailboxPolicy = (nonce: string): string =>
  `default-src 'none'; style-src 'nonce-${nonce}'; style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const STYLE = `:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem; }
article { border-top: 1px solid #8888; padding: 1rem 0; }
h2 { font-size: 1.15rem; margin: 0; }
.soft { opacity: .8; margin: .25rem 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8888; border-radius: 8px; padding: 1rem; }
iframe { width: 100%; height: 26rem; border: 1px solid #8888; border-radius: 8px; background: #fff; }`;
