import { call } from "./api.js";
import { toCopyBlock } from "./copy.js";
import { showAlert } from "./form.js";
import { keepHanded, readHanded } from "./place.js";

const form = document.querySelector("#choice");
const chooser = document.querySelector("#workspace");
const told = (text) => {
  document.querySelector("#copied").textContent = text;
};

/** The guides by workspace; those that everybody may use stand under "". */
const guides = new Map();

async function start() {
  const signedIn = document.querySelector("#nobody") === null && (await readPersonalGuides());
  if (!signedIn) guides.set("", (await call("GET", "/v1/mcp/clients")).items);
  const wanted = readHanded("workspace");
  if (guides.has(wanted)) chooser.value = wanted;
  (form.querySelector(`[name=client][value="${CSS.escape(readHanded("client") ?? "")}"]`) ?? form.querySelector("[name=client]")).checked = true;
  form.addEventListener("change", choose);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
}

/** Whether somebody is signed in: the session that came along may be over. */
async function readPersonalGuides() {
  try {
    for (let cursor = null; cursor !== undefined;) {
      const { items, next } = await call("GET", `/v1/account/mcp?limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
      for (const { workspace, clients } of items) addWorkspace(workspace, clients);
      cursor = next ?? undefined;
    }
  } catch (error) {
    if (error.code !== "unauthenticated") throw error;
    return false;
  }
  document.querySelector("#workspace-field").hidden = guides.size < 2;
  return guides.size > 0;
}

function addWorkspace({ slug, name }, clients) {
  guides.set(slug, clients);
  chooser.add(new Option(name, slug));
}

function choose() {
  keepHanded("client", form.elements.client.value);
  keepHanded("workspace", chooser.value === "" ? undefined : chooser.value);
  told("");
  show();
}

function show() {
  const guide = guides.get(chooser.value).find(({ client }) => client === form.elements.client.value);
  document.querySelector("#guide-title").textContent = guide.title;
  tellUnreachable(guide);
  document.querySelector("#ways").replaceChildren(...guide.ways.flatMap((way, at) => toWay(way, at === 0)));
  document.querySelector("#address").replaceChildren(toCopyBlock(guide.url, told));
  document.querySelector("#guide").hidden = false;
}

function tellUnreachable({ title, url, calls_from }) {
  const notice = document.querySelector("#unreachable");
  notice.hidden = calls_from === "device" || new URL(url).protocol === "https:";
  notice.textContent = `${title} calls from its own cloud, which cannot reach ${new URL(url).origin}. Give this server a public https address first (PUBLIC_URL).`;
}

function toWay(way, first) {
  const title = toElement("h3", way.label);
  if (way.kind === "link") {
    const link = toElement("a", way.label, first ? "button" : "button quiet");
    link.href = way.url;
    return [link];
  }
  if (way.kind === "steps") {
    const list = toElement("ol", "", "steps");
    list.append(...way.steps.map((step) => toElement("li", step)));
    return [title, list];
  }
  const parts = [title, toCopyBlock(way.text, told)];
  if (way.files) parts.splice(1, 0, toElement("p", toFile(way.files), "file"));
  if (way.afterwards !== undefined) parts.push(toElement("p", way.afterwards, "hint"));
  return parts;
}

function toElement(name, text, className) {
  const element = document.createElement(name);
  element.textContent = text;
  if (className !== undefined) element.className = className;
  return element;
}

/** The path on the system that this browser runs on. */
function toFile({ macos, linux, windows }) {
  const system = navigator.userAgentData?.platform ?? navigator.platform;
  if (/^mac|^iP/i.test(system)) return macos;
  return /^win/i.test(system) ? windows : linux;
}

start().catch((error) => showAlert(error.message));
