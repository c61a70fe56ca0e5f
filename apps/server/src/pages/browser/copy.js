/** Text with a button that copies it. `told` hears that it was copied, or what to do where the browser does not let pages copy. */
export function toCopyBlock(text, told) {
  const place = document.createElement("div");
  place.className = "copy";
  const block = document.createElement("pre");
  block.tabIndex = 0;
  const code = document.createElement("code");
  code.textContent = text;
  block.append(code);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "Copy";
  button.addEventListener("click", () => void copy(text, block, button, told));
  place.append(block, button);
  return place;
}

const SHOWN_MS = 2_000;

async function copy(text, block, button, told) {
  try {
    // Pages that came without TLS from another machine have no clipboard.
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(block);
    told("The text is selected. Copy it with the keyboard.");
    return;
  }
  told("Copied.");
  button.textContent = "Copied";
  setTimeout(() => {
    button.textContent = "Copy";
    told("");
  }, SHOWN_MS);
}
