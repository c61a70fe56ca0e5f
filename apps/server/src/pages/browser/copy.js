/** Text with a button that copies it, called by what it is for, and below it what came of a press. */
export function toCopyBlock(text, name) {
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
  button.setAttribute("aria-label", `Copy: ${name}`);
  place.append(block, button);
  const told = document.createElement("p");
  told.className = "hint told";
  told.setAttribute("role", "status");
  button.addEventListener("click", () => void copy(text, block, told));
  return [place, told];
}

const SHOWN_MS = 2_000;

async function copy(text, block, told) {
  try {
    // Pages that came without TLS from another machine have no clipboard.
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(block);
    told.textContent = "The text is selected. Copy it with the keyboard.";
    return;
  }
  told.textContent = "Copied.";
  setTimeout(() => {
    told.textContent = "";
  }, SHOWN_MS);
}
