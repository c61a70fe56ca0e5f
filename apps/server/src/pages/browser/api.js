/** Why the server said no: `message` is for people; `reason` and `code` are for branching. */
export class Refusal extends Error {
  constructor({ code, message, param, details, retry_after }) {
    super(toWords(message) + (code === "rate_limited" && retry_after !== undefined ? ` Try again in ${toWait(retry_after)}.` : ""));
    this.code = code;
    this.param = param;
    this.reason = details?.reason;
  }
}

/** The API names a field as programs write it. */
const toWords = (message) =>
  message.replace(/^`([\w.]+)`/, (_, name) => `The ${name.replaceAll(/[_.]/g, " ")}`).replace(/ \(and \d+ more, see details\.faults\)$/, "");

function toWait(seconds) {
  const [count, unit] = seconds < 100 ? [seconds, "second"] : seconds < 100 * 60 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3_600), "hour"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

const OFFLINE = { code: "unavailable", message: "The server could not be reached. Check the connection and try again." };

/** Calls the API as the person that this browser is signed in as; throws a `Refusal`. */
export async function call(method, path, body, headers = {}) {
  const sent = body === undefined ? { headers } : { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, { method, ...sent }).catch(() => {
    throw new Refusal(OFFLINE);
  });
  const text = await response.text();
  const answer = response.headers.get("content-type")?.startsWith("application/json") && text !== "" ? JSON.parse(text) : {};
  if (!response.ok) throw new Refusal(answer.error ?? OFFLINE);
  return answer;
}

/** Whoever is signed in, or `null`. */
export const findPerson = () =>
  call("GET", "/v1/account").catch((error) => {
    if (error.code === "unauthenticated") return null;
    throw error;
  });
