import { call } from "./api.js";

const GROUPS_SHOWN = 50;
const PAUSE_MS = 300;
const NEW_GROUP = "This group holds no memories yet: the app sees nothing but what it stores there itself.";

/**
 * Shows the limits that stand in the chosen workspace, which are not lifted here, and offers the groups that are there.
 * Answers with what to call when the choice of workspaces has changed.
 */
export function keepLimits(form) {
  const { workspace, group } = form.elements;
  const details = group.closest("details");
  const standing = details.querySelector("[data-part=standing]");
  const offer = offerGroups(form);
  let shown = null;

  function show() {
    const { limits } = (workspace.selectedOptions?.[0] ?? workspace).dataset;
    const now = limits === undefined ? null : JSON.parse(limits);
    fix(form.elements, now, shown);
    shown = now;
    standing.hidden = now === null;
    if (now !== null) details.open = true;
    if (details.open) offer();
  }

  workspace.addEventListener("change", show);
  details.addEventListener("toggle", () => details.open && offer());
  return show;
}

/** What a person has typed and ticked themselves stays. */
function fix({ group, read_only }, now, before) {
  const fixed = now?.group ?? null;
  if (fixed !== null || (before?.group ?? null) !== null) group.value = fixed ?? "";
  group.readOnly = fixed !== null;
  if (read_only === undefined) return;
  const only = now?.read_only === true;
  if (only || before?.read_only === true) read_only.checked = only;
  read_only.disabled = only;
}

/** Offers the groups of the form's workspace while its field is filled in, and says when the one that was typed holds nothing. */
export function offerGroups(form) {
  const { workspace, group } = form.elements;
  const hint = form.querySelector("#group-new, [data-part=group-new]");
  let asked = 0;
  let waiting;

  async function offer() {
    const turn = ++asked;
    const typed = group.value.trim();
    const query = new URLSearchParams({ limit: GROUPS_SHOWN, ...(typed !== "" && { prefix: typed }) });
    // Without suggestions it works as well.
    const page = await call("GET", `/v1/groups?${query}`, undefined, { "x-workspace": workspace.value }).catch(() => undefined);
    if (turn !== asked || page === undefined) return;
    group.list.replaceChildren(...page.items.map(({ name }) => new Option("", name)));
    // They come by name, so that the very one is the first of all that begin so.
    const isKnown = typed === "" || group.readOnly || (page.items[0]?.name === typed && page.items[0].memories > 0);
    hint.textContent = isKnown ? "" : NEW_GROUP;
  }

  group.addEventListener("input", () => {
    hint.textContent = "";
    clearTimeout(waiting);
    waiting = setTimeout(() => void offer(), PAUSE_MS);
  });
  return () => void offer();
}
