import { Refusal } from "./api.js";

/** What a person ticked and chose for an app. */
export function readAllowance(form) {
  const said = new FormData(form);
  const scopes = said.getAll("scopes");
  if (scopes.length === 0) throw new Refusal({ code: "invalid_request", message: "Tick at least one thing that it may do, or cancel.", param: "scopes" });
  const group = said.get("group").trim();
  return { allow: true, workspace: said.get("workspace"), scopes, read_only: said.has("read_only"), ...(group !== "" && { group }) };
}
