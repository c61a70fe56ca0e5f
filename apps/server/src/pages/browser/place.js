/** What stands after `#`: it never leaves the browser, so tokens travel there. */
const readHash = () => new URLSearchParams(location.hash.slice(1));

/** The token of a link from a mail. It leaves the address bar, so that neither history nor a copied address holds it. */
export function takeToken() {
  // A link that is opened where its page is open already only changes what stands after `#`.
  addEventListener("hashchange", () => location.reload(), { once: true });
  const token = readHash().get("token") ?? "";
  if (token !== "") history.replaceState(null, "", location.pathname + location.search);
  return TOKEN.test(token) ? token : "";
}

// The shortest that is mailed has 24; of one that was cut, or is none, the server need not be asked.
const TOKEN = /^[\w-]{24,200}$/;

/** A value that a page of ours handed over after `#`, as `#next=…&invitation=…`. */
export const readHanded = (name) => readHash().get(name) ?? undefined;

/** Keeps a value after `#` over a reload, or takes it away. */
export function keepHanded(name, value) {
  const handed = readHash();
  if (value === undefined) handed.delete(name);
  else handed.set(name, value);
  history.replaceState(null, "", location.pathname + location.search + (handed.size === 0 ? "" : `#${handed}`));
}

/** Where the person wanted to go: a place of this site, else the start page. */
export function readNext() {
  const wanted = readHanded("next") ?? new URLSearchParams(location.search).get("next") ?? "/";
  const url = URL.canParse(wanted, location.origin) ? new URL(wanted, location.origin) : new URL("/", location.origin);
  // `/.//other.example` is a path of this site that browsers read as another one when it stands alone.
  return url.origin === location.origin && !url.pathname.startsWith("//") ? url.pathname + url.search + url.hash : "/";
}

/** The path of a page of ours with what it is handed; nothing for what is undefined or the start page. */
export function toPage(path, handed) {
  const said = Object.entries(handed).filter(([name, value]) => value !== undefined && !(name === "next" && value === "/"));
  return said.length === 0 ? path : `${path}#${new URLSearchParams(said)}`;
}

/** After a proof was right: on to where the person wanted to go, or to the second factor that they set up. */
export function finishSignIn({ status }, next = readNext()) {
  if (status === "second_factor_required") location.assign(toPage("/second-factor", { next }));
  // The start page may be where we are already.
  else location.replace(next);
}

/** Links between our pages carry on where the person wanted to go. */
export function carryNext(handed = {}) {
  for (const link of document.querySelectorAll("a[data-carry]")) link.href = toPage(link.getAttribute("href"), { next: readNext(), ...handed });
}
