import { toAgo } from "./ago.js";
import { call } from "./api.js";
import { onClick, onSubmit, showAlert, showStep } from "./form.js";
import { showRequests } from "./requests.js";

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
  fill(part, item.querySelector("form"), connection);
  showRequests(part, connection);
  onSubmit(item.querySelector("form"), async (sent) => {
    part("said").textContent = "";
    fill(part, item.querySelector("form"), await call("PATCH", `/v1/connections/${connection.id}`, readLimits(item.querySelector("form"), sent)));
    part("said").textContent = "Saved. It holds from now on.";
  });
  part("end").addEventListener("click", () => askWhether(part, true));
  part("keep").addEventListener("click", () => askWhether(part, false));
  onClick(part("disconnect"), async () => {
    await call("DELETE", `/v1/connections/${connection.id}`);
    document.querySelector("#ended").textContent = `${part("label").textContent} is disconnected.`;
    (item.nextElementSibling?.querySelector("h2") ?? document.querySelector("[data-step=apps] h1")).focus();
    item.remove();
    tellNone();
  });
  return item;
}

function askWhether(part, asking) {
  part("sure").hidden = !asking;
  part("end").hidden = asking;
  part(asking ? "keep" : "end").focus();
}

function fill(part, form, { label, client, workspace, scopes, read_only, group, last_used_at, expires_at }) {
  part("label").textContent = label;
  part("about").textContent = [`In the workspace ${workspace.name}`, toReach(scopes, read_only, group), ...(isSignedIn(expires_at) ? [] : ["signed out"]), last_used_at === null ? "not used yet" : `last used ${toAgo(last_used_at)}`].join(" · ");
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
const toIdentity = ({ kind, id, name }) => (kind === "document" ? `It is described at ${new URL(id).host}.` : `It calls itself ${name}.`);

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
