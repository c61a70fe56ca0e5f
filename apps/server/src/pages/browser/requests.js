import { toTime } from "./ago.js";
import { call } from "./api.js";
import { showAlert } from "./form.js";
import { showMemories, toMemories } from "./log-memories.js";

/** What an app did, by the operation that it called; the number of memories follows. */
const DONE = {
  recallMemories: "Recalled", listMemories: "Listed", getMemory: "Read", listVersions: "Read the history of", listRelated: "Read what is related to",
  storeMemory: "Stored", createMemory: "Stored", updateMemory: "Changed", restoreMemory: "Restored", forgetMemories: "Forgot", deleteMemory: "Forgot",
  createRelationship: "Related", deleteRelationship: "Unrelated",
};
/** What is not about memories by number. */
const OTHER = { listGroups: "Listed the groups", getGroup: "Read about a group", readUsage: "Read what was used", listRelationships: "Listed relationships", getRelationship: "Read a relationship", readGraph: "Read the graph" };

const toSentence = ({ action, effect, memory_count }) => OTHER[action] ?? `${DONE[action] ?? (effect === "write" ? "Changed" : "Read")} ${toMemories(memory_count)}`;

/** Shows an app's requests in its part of the page, a page at a time, from when it is opened. `onUsed` hears when the newest was. */
export function showRequests(part, { id, workspace }, onUsed) {
  let next;
  const load = async () => {
    const page = await call("GET", `/v1/connections/${id}/requests?limit=20${next === undefined ? "" : `&cursor=${encodeURIComponent(next)}`}`);
    if (next === undefined && page.items.length > 0) onUsed(page.items[0].at);
    part("requests").append(...page.items.map((request) => toLine(request, workspace)));
    part("empty").hidden = part("requests").childElementCount > 0;
    part("older").hidden = !page.has_more;
    next = page.next ?? undefined;
  };
  part("log").addEventListener("toggle", () => {
    if (!part("log").open) return;
    next = undefined;
    part("requests").replaceChildren();
    load().catch((error) => showAlert(error.message));
  });
  part("older").addEventListener("click", () => void load().catch((error) => showAlert(error.message)));
}

function toLine(request, workspace) {
  const line = document.createElement("li");
  const said = document.createElement("span");
  said.textContent = toSentence(request);
  if (request.memories.length === 0) {
    line.append(said, toTime(request.at));
    return line;
  }
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.append(said, toTime(request.at));
  details.append(summary);
  details.addEventListener("toggle", () => void showMemories(details, request, workspace).catch((error) => showAlert(error.message)), { once: true });
  line.append(details);
  return line;
}
