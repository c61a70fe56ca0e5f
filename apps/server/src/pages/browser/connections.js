import { toAgo } from "./ago.js";
import { call } from "./api.js";
import { onClick, onSubmit, showAlert, showStep } from "./form.js";
import { offerGroups } from "./limits.js";
import { showRequests } from "./requests.js";
import { toVisible } from "./visible.js";

const list = document.querySelector("#apps");
const more = document.querySelector("#more");
let next;

const load = () => call("GET", `/v1/connections?state=active${next === undefined ? "" : `&cursor=${encodeURIComponent(next)}`}`);

function show(page) {
  list.append(...page.items.map(toApp));
  more.hidden = !page.has_more;
  next = page.next ?? undefined;
  tellNone();
}

function tellNone() {
  document.querySelector("#none").hidden = list.childElementCount > 0;
}

function toApp(connection) {
  const item = document.querySelector("#app").content.cloneNode(true).firstElementChild;
  const part = (name) => item.querySelector(`[data-part="${name}"]`);
  const form = item.querySelector("form");
  let shown = connection;
  fill(part, form, shown);
  offer(part, form, connection);
  // What an app does is in its log before it is written that it was used.
  const noteUsed = (at) => {
    if (shown.last_used_at !== null && Date.parse(shown.last_used_at) >= Date.parse(at)) return;
    shown = { ...shown, last_used_at: at };
    part("about").textContent = toAbout(shown);
  };
  showRequests(part, connection, noteUsed);
  if (connection.last_used_at === null) void findNewest(connection).then((newest) => newest !== undefined && noteUsed(newest.at));
  onSubmit(form, async (sent) => {
    part("said").textContent = "";
    const { last_used_at } = shown;
    shown = await call("PATCH", `/v1/connections/${connection.id}`, readLimits(form, sent));
    if (last_used_at !== null) noteUsed(last_used_at);
    fill(part, form, shown);
    part("said").textContent = "Saved. It holds from now on.";
  });
  part("end").addEventListener("click", () => askWhether(part, true));
  part("keep").addEventListener("click", () => askWhether(part, false));
  part("sure").addEventListener("keydown", ({ key }) => key === "Escape" && askWhether(part, false));
  onClick(part("disconnect"), async () => {
    await call("DELETE", `/v1/connections/${connection.id}`);
    document.querySelector("#ended").textContent = `${part("label").textContent} is disconnected.`;
    (item.nextElementSibling?.querySelector("h2") ?? document.querySelector("[data-step=apps] h1")).focus();
    item.remove();
    tellNone();
  });
  return item;
}

const findNewest = ({ id }) => call("GET", `/v1/connections/${id}/requests?limit=1`).then(({ items }) => items[0]).catch(() => undefined);

/** Each app has its own workspace, so each field its own list of groups. */
function offer(part, form, { id, workspace }) {
  const { group } = form.elements;
  form.elements.workspace.value = workspace.id;
  part("groups").id = `groups-${id}`;
  group.setAttribute("list", `groups-${id}`);
  part("group-new").id = `group-new-${id}`;
  group.setAttribute("aria-describedby", `group-new-${id}`);
  const ask = offerGroups(form);
  form.closest("details").addEventListener("toggle", (event) => event.target.open && ask());
}

function askWhether(part, asking) {
  part("sure").hidden = !asking;
  part("end").hidden = asking;
  part(asking ? "keep" : "end").focus();
}

const toAbout = ({ workspace, scopes, read_only, group, created_at, last_used_at, expires_at }) =>
  toVisible([`In the workspace ${workspace.name}`, toReach(scopes, read_only, group), `connected ${toAgo(created_at)}`, ...(isSignedIn(expires_at) ? [] : ["signed out, and has to be connected anew"]), last_used_at === null ? "not used yet" : `last used ${toAgo(last_used_at)}`].join(" · "));

function fill(part, form, connection) {
  const { label, client, scopes, read_only, group } = connection;
  part("label").textContent = toVisible(label);
  // Several apps stand on the page, and each has these.
  for (const name of ["end", "disconnect", "limits", "did"]) part(name).setAttribute("aria-label", `${part(name).textContent}: ${toVisible(label)}`);
  part("about").textContent = toAbout(connection);
  part("identity").textContent = toIdentity(client);
  part("identity").hidden = client.kind !== "document" && client.name === label;
  form.elements.label.value = label;
  form.elements.group.value = group ?? "";
  form.elements.read_only.checked = read_only;
  for (const check of form.querySelectorAll("[name=scopes]")) {
    check.checked = scopes.includes(check.value);
    check.closest("label").hidden = !check.checked;
  }
  form.querySelector("fieldset").hidden = scopes.length === 0;
}

const isSignedIn = (until) => until !== null && Date.parse(until) > Date.now();

const VERBS = { "memory:read": "read", "memory:write": "store", "memory:delete": "forget" };

function toReach(scopes, readOnly, group) {
  const verbs = scopes.filter((scope) => !readOnly || scope === "memory:read").map((scope) => VERBS[scope]);
  const may = verbs.length === 0 ? "may do nothing" : `may ${new Intl.ListFormat("en").format(verbs)}`;
  return group === null ? may : `${may} in the group ${group}`;
}

/** Only of what describes itself at an address of its own is the name anybody's but its own word. */
const toIdentity = ({ kind, id, name }) => (kind === "document" ? `It is described at ${new URL(id).host}.` : `It calls itself ${toVisible(name)}.`);

function readLimits(form, { label, group, read_only }) {
  return { label, scopes: new FormData(form).getAll("scopes"), group: group.trim() === "" ? null : group.trim(), read_only: read_only !== undefined };
}

async function start() {
  const page = await load();
  showStep("apps");
  show(page);
}

onClick(more, async () => show(await load()));
start().catch((error) => {
  showStep(error.code === "unauthenticated" ? "nobody" : "apps");
  if (error.code !== "unauthenticated") showAlert(error.message);
});
