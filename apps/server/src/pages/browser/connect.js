import { call } from "./api.js";
import { toCopyBlock } from "./copy.js";
import { showAlert } from "./form.js";
import { keepHanded, readHanded } from "./place.js";

const form = document.querySelector("#choice");
const chooser = document.querySelector("#workspace");

/** The guides by workspace; those that everybody may use stand under "". */
const guides = new Map();

async function start() {
  const signedIn = document.querySelector("#nobody") === null && (await readPersonalGuides());
  if (!signedIn) guides.set("", (await call("GET", "/v1/mcp/clients")).items);
  const wanted = readHanded("workspace");
  if (guides.has(wanted)) chooser.value = wanted;
  (toRadio(readHanded("client") ?? "") ?? toRadio(findFirst())).checked = true;
  form.addEventListener("change", choose);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
}

const toRadio = (client) => form.querySelector(`[name=client][value="${CSS.escape(client)}"]`);

/** The first that can use this server; of those beside it, one that is told without a settings file. */
function findFirst() {
  const [first, ...others] = guides.get(chooser.value);
  return (isReached(first) ? first : (others.find((guide) => isReached(guide) && guide.ways[0].kind !== "config") ?? first)).client;
}

// Names and addresses that lead nowhere from outside: RFC 6761, 6762, 8375, 9476; RFC 1918, 4193, 3927, 6598.
const NOT_PUBLIC = /^(?:[^.:]+|.*\.(?:localhost|local|internal|test|home\.arpa)|\[(?:::1?|f[cd].*|fe[89ab].*)\]|(?:0|10|127)\..*|192\.168\..*|169\.254\..*|172\.(?:1[6-9]|2\d|3[01])\..*|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\..*)$/;

const isPublic = (url) => !NOT_PUBLIC.test(new URL(url).hostname);

/** Whether the assistant comes to this address from where it runs. */
const isReached = ({ calls_from, url }) => calls_from === "device" || (new URL(url).protocol === "https:" && isPublic(url));

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
  show();
}

function show() {
  const guide = guides.get(chooser.value).find(({ client }) => client === form.elements.client.value);
  document.querySelector("#guide-title").textContent = guide.title;
  const reached = isReached(guide);
  document.querySelector("#unreachable").hidden = reached;
  document.querySelector("#unreachable").replaceChildren(...(reached ? [] : toWhyNot(guide)));
  document.querySelector("#reachable").hidden = !reached;
  document.querySelector("#ways").replaceChildren(...(reached ? guide.ways.flatMap((way, at) => toWay(way, at === 0)) : []));
  document.querySelector("#address").replaceChildren(...(reached ? toCopyBlock(guide.url, "its address") : []));
  document.querySelector("#guide").hidden = false;
}

/** A button for an address that its cloud cannot call would only end in an error over there. */
function toWhyNot({ client, title, url }) {
  const others = guides.get(chooser.value).filter((guide) => isReached(guide) && guide.client !== "other");
  const near = others.find((guide) => guide.client.startsWith(`${client}-`)) ?? others[0];
  const names = new Intl.ListFormat("en", { type: "disjunction" }).format(others.slice(0, 4).map((guide) => guide.title));
  const move = toElement("button", `Show ${near.title} instead`, "quiet");
  move.type = "button";
  move.addEventListener("click", () => {
    toRadio(near.client).checked = true;
    toRadio(near.client).focus();
    choose();
  });
  return [
    toElement("p", `${title} runs in its maker's cloud and calls your server from there, over the internet. This server has the address ${new URL(url).origin}, which ${isPublic(url) ? "is not encrypted (https)" : "only this device or its network can reach"}.`),
    toElement("p", `An assistant that runs on your device works now: ${names}. For ${title}, whoever runs this server gives it an https address on the internet and sets PUBLIC_URL to that.`),
    move,
  ];
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
  const parts = [title, ...toCopyBlock(way.text, way.label)];
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
