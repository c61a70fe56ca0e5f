import { call } from "./api.js";
import { onClick } from "./form.js";
import { toVisibleElement } from "./visible.js";

const SHOWN_MAX = 20;
/** As many ids as a line of the log holds: what was forgotten can all be brought back. */
const FORGOTTEN_MAX = 200;
/** So many ids go into an address that every proxy takes. */
const ASKED_MAX = 50;
const SHORT_CHARS = 280;

const FORGETS = new Set(["forgetMemories", "deleteMemory"]);

export const toMemories = (count) => (count === 0 ? "nothing" : count === 1 ? "1 memory" : `${count} memories`);

/** Adds the words of a request's memories as they are now; the log holds their ids alone. What was forgotten can be brought back. */
export async function showMemories(details, { action, memories, memory_count }, workspace) {
  const forgets = FORGETS.has(action);
  const ids = memories.slice(0, forgets ? FORGOTTEN_MAX : SHOWN_MAX);
  const live = await find(ids, workspace, "");
  const forgotten = forgets ? await find(ids.filter((id) => !live.has(id)), workspace, "&forgotten=true") : new Map();
  const list = document.createElement("ul");
  const restores = [];
  for (const id of ids) {
    if (live.has(id)) list.append(toItem(live.get(id)));
    else if (forgotten.has(id)) list.append(toForgotten(forgotten.get(id), workspace, restores));
  }
  const gone = ids.length - live.size - forgotten.size;
  if (gone > 0) list.append(toHint(`${toMemories(gone)} not to be found any more.`));
  if (memory_count > ids.length) list.append(toHint(`And ${toMemories(memory_count - ids.length)} more.`));
  details.append(list);
  if (restores.length > 1) details.append(toRestoreAll(restores));
}

async function find(ids, workspace, more) {
  const found = new Map();
  for (let from = 0; from < ids.length; from += ASKED_MAX) {
    const filter = encodeURIComponent(JSON.stringify({ id: { in: ids.slice(from, from + ASKED_MAX) } }));
    const { items } = await call("GET", `/v1/memories?limit=${ASKED_MAX}&filter=${filter}${more}`, undefined, { "x-workspace": workspace.id });
    for (const memory of items) found.set(memory.id, memory);
  }
  return found;
}

function toItem({ content }) {
  const item = document.createElement("li");
  item.append(toVisibleElement(content.length <= SHORT_CHARS ? content : `${content.slice(0, SHORT_CHARS)} …`));
  return item;
}

function toForgotten(memory, workspace, restores) {
  const item = toItem(memory);
  const button = toButton("Bring back", "link");
  const restore = async () => {
    if (!button.isConnected) return;
    await call("POST", `/v1/memories/${memory.id}/restore`, {}, { "x-workspace": workspace.id });
    tellInstead(button, "Brought back.");
  };
  onClick(button, restore);
  restores.push(restore);
  item.append(" ", button);
  return item;
}

function toRestoreAll(restores) {
  const button = toButton(`Bring all ${restores.length} back`, "quiet");
  onClick(button, async () => {
    for (const restore of restores) await restore();
    tellInstead(button, "All of them are back.");
  });
  return button;
}

function toButton(text, className) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = text;
  return button;
}

/** What was pressed is gone, so the cursor goes to what it did. */
function tellInstead(button, text) {
  const said = document.createElement("span");
  said.className = "hint";
  said.tabIndex = -1;
  said.textContent = text;
  button.replaceWith(said);
  said.focus();
}

function toHint(text) {
  const item = document.createElement("li");
  item.className = "hint";
  item.textContent = text;
  return item;
}
