/** What a mail says, in the order in which it stands. */
export type Block =
  | { say: string }
  /** To be typed or compared by a person. */
  | { code: string; label: string }
  | { link: string; label: string }
  | { note: string };

export interface Letter {
  subject: string;
  blocks: Block[];
}

/** A mail as it is sent. */
export interface Message {
  subject: string;
  text: string;
  html: string;
  /** What a person without a mail server needs of it: the code or link. */
  secret: string | null;
}

export function toMessage({ subject, blocks }: Letter): Message {
  const line = toLine(subject);
  const secrets = blocks.flatMap((block) => ("code" in block ? [block.code] : "link" in block ? [block.link] : []));
  return { subject: line, text: toText(blocks), html: toHtml(line, blocks), secret: secrets[0] ?? null };
}

/** One line without control characters: what people named themselves must not break a header. */
const toLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim().slice(0, 200);

const SIGNED = "Loci";

function toText(blocks: Block[]): string {
  const parts = blocks.map((block) => {
    if ("say" in block) return toLine(block.say);
    if ("code" in block) return `${block.label}:\n\n    ${block.code}`;
    return "link" in block ? `${block.label}:\n${block.link}` : toLine(block.note);
  });
  return `${[...parts, SIGNED].join("\n\n")}\n`;
}

// Styles stand on the elements, since many mail programs drop style sheets. Text on ground: 15:1; soft text: 6:1; link: 6:1.
const BODY = "margin:0;padding:24px;background:#ffffff;color:#1c1e21;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif";
const CODE = "margin:0 0 20px;font:700 32px/1.3 ui-monospace,Consolas,monospace;letter-spacing:6px";
const SOFT = "margin:0 0 16px;color:#555c64;font-size:14px";
const LINK = "color:#0b5fce;overflow-wrap:anywhere";

const toHtml = (subject: string, blocks: Block[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(subject)}</title>
</head>
<body style="${BODY}">
<div role="article" aria-label="${escapeHtml(subject)}" lang="en" style="max-width:520px;margin:0 auto">
<h1 style="margin:0 0 20px;font-size:22px;line-height:1.3">${escapeHtml(subject)}</h1>
${blocks.map(toHtmlBlock).join("\n")}
<p style="${SOFT}">${SIGNED}</p>
</div>
</body>
</html>
`;

function toHtmlBlock(block: Block): string {
  if ("say" in block) return `<p style="margin:0 0 16px">${escapeHtml(toLine(block.say))}</p>`;
  if ("code" in block) return `<p style="margin:0 0 4px">${escapeHtml(block.label)}:</p>\n<p style="${CODE}">${escapeHtml(block.code)}</p>`;
  if ("note" in block) return `<p style="${SOFT}">${escapeHtml(toLine(block.note))}</p>`;
  const url = escapeHtml(block.link);
  return `<p style="margin:0 0 16px"><a href="${url}" style="${LINK};font-weight:600">${escapeHtml(block.label)}</a></p>\n<p style="${SOFT}">${url}</p>`;
}

export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
