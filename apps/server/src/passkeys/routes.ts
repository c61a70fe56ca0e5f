import { signedInAnswer } from "../accounts/signing-in.ts";
import { empty, guarded, json, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { CeremonyOptions, NewPasskey, Passkey, PasskeyChange, PasskeyList, PasskeyParams, PasskeySignIn } from "./schemas.ts";
import { beginRegistration, beginSignIn, createPasskey, deletePasskey, listPasskeys, signInByPasskey, updatePasskey } from "./service.ts";

/** Passkeys: signing in by a device that checks who holds it. */
export function passkeyRoutes(parts: Parts): Route[] {
  const options = guarded("open", {
    id: "beginPasskeySignIn", method: "post", path: "/v1/auth/passkey/options", tags: ["Sign-in"], repeat: "idempotent", setsCookies: true,
    summary: "Begin to sign in by a passkey", description: "Answers with what `navigator.credentials.get` needs. Also for showing once more who one is, at POST /v1/account/prove. It holds for five minutes, in this browser.",
    responses: { 200: json(CeremonyOptions, "For PublicKeyCredential.parseRequestOptionsFromJSON.") },
    faults: [429],
  }, async (call) => {
    const { options, cookies } = await beginSignIn(parts, call);
    return { status: 200, body: options, cookies };
  });

  const verify = guarded("open", {
    id: "signInByPasskey", method: "post", path: "/v1/auth/passkey/verify", tags: ["Sign-in"], repeat: "idempotent", setsCookies: true,
    summary: "Sign in by a passkey", description: "By what the device signed. It must have checked who holds it; then it stands for both factors.",
    request: { body: PasskeySignIn },
    responses: { ...signedInAnswer },
    faults: [401, 429],
  }, (call) => signInByPasskey(parts, call, call.body.credential));

  const list = guarded("account", {
    id: "listPasskeys", method: "get", path: "/v1/account/passkeys", tags: ["Account"], repeat: "safe",
    summary: "List the passkeys", description: "Those of the person who is signed in.",
    responses: { 200: json(PasskeyList, "The passkeys.") },
  }, async ({ person }) => ({ status: 200, body: { items: await listPasskeys(parts, person.user_id) } }));

  const begin = guarded("proven account", {
    id: "beginPasskeyRegistration", method: "post", path: "/v1/account/passkeys/options", tags: ["Account"], repeat: "idempotent", setsCookies: true,
    summary: "Begin to add a passkey", description: "Answers with what `navigator.credentials.create` needs. It holds for five minutes, in this browser.",
    responses: { 200: json(CeremonyOptions, "For PublicKeyCredential.parseCreationOptionsFromJSON.") },
  }, async (call) => {
    const { options, cookies } = await beginRegistration(parts, call);
    return { status: 200, body: options, cookies };
  });

  const create = guarded("proven account", {
    id: "createPasskey", method: "post", path: "/v1/account/passkeys", tags: ["Account"], repeat: "idempotent", setsCookies: true,
    summary: "Add a passkey", description: "By what the device made. It must have checked who holds it.",
    request: { body: NewPasskey },
    responses: { 201: json(Passkey, "The passkey.") },
    faults: [409],
  }, async (call) => ({ status: 201, body: await createPasskey(parts, call, call.body) }));

  const update = guarded("account", {
    id: "updatePasskey", method: "patch", path: "/v1/account/passkeys/{id}", tags: ["Account"], repeat: "idempotent",
    summary: "Rename a passkey", description: "Its name is for its owner only.",
    request: { params: PasskeyParams, body: PasskeyChange },
    responses: { 200: json(Passkey, "The passkey.") },
  }, async (call) => ({ status: 200, body: await updatePasskey(parts, call, call.params.id, call.body) }));

  const remove = guarded("proven account", {
    id: "deletePasskey", method: "delete", path: "/v1/account/passkeys/{id}", tags: ["Account"], repeat: "idempotent",
    summary: "Take a passkey away", description: "The last way to sign in to the account stays.",
    request: { params: PasskeyParams },
    responses: { 204: empty("It signs in no more.") },
    faults: [409],
  }, async (call) => {
    await deletePasskey(parts, call, call.params.id);
    return { status: 204 };
  });

  return [options, verify, list, begin, create, update, remove];
}
