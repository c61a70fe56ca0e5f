import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError, type ReadResourceResult, type ResourceTemplateType } from "@modelcontextprotocol/server";
import type { Ways } from "./dispatch.ts";
import { INTERNAL, toFailure } from "./errors.ts";
import { toItem, toItemsText } from "./items.ts";

export const RESOURCE_TEMPLATES: readonly ResourceTemplateType[] = [
  { uriTemplate: "loci://memory/{id}", name: "memory", title: "A memory", description: "One memory in full, with who stands behind it.", mimeType: "text/plain" },
];

/** A memory as a resource: fenced like an answer of a tool, for it ends before a model as well. */
export async function readMemoryResource(uri: string, { caller, signal, onError }: Ways): Promise<ReadResourceResult> {
  const id = /^loci:\/\/memory\/(mem_[0-9a-f]+)$/.exec(uri)?.[1];
  if (id === undefined) throw new ResourceNotFoundError(uri);
  try {
    const memory = await caller.request("GET /v1/memories/{id}", { params: { id } }, { signal });
    const text = toItemsText([toItem(memory, { charsMax: Number.POSITIVE_INFINITY })], "");
    return { contents: [{ uri, mimeType: "text/plain", text }] };
  } catch (error) {
    if (signal.aborted) throw error;
    throw toProtocolError(uri, error, onError);
  }
}

/** Resources have no error results: what went wrong is an error of the protocol. */
function toProtocolError(uri: string, error: unknown, onError: Ways["onError"]): ProtocolError {
  const failure = toFailure(error);
  if (failure === null) onError(error);
  if (failure?.code === "not_found") return new ResourceNotFoundError(uri);
  const { code, message } = failure ?? INTERNAL;
  return new ProtocolError(ProtocolErrorCode.InternalError, `${code}: ${message}`, failure ?? INTERNAL);
}
