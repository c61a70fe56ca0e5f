const UNITS = [["year", 365 * 86_400], ["month", 30 * 86_400], ["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** A time as people say it: "3 hours ago". */
export function toAgo(time) {
  const seconds = (Date.now() - Date.parse(time)) / 1_000;
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 0];
  if (length === 0) return "just now";
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(-Math.floor(seconds / length), unit);
}

/** The same as an element that tells the exact time when it is pointed at. */
export function toTime(time) {
  const element = document.createElement("time");
  element.dateTime = time;
  element.title = new Date(time).toLocaleString();
  element.textContent = toAgo(time);
  return element;
}
