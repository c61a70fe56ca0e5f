import { acceptedContent, CLIENT_CAPABILITIES_META_KEY, createRequestStateCodec, inputRequired, inputResponse, type ClientCapabilities, type InputRequests, type InputRequiredResult, type ServerContext } from "@modelcontextprotocol/server";
import { say, type Fixture } from "./fixture.ts";

/** Signs the state that goes round by the client. What it signs guards nothing, so the key is no secret; it must outlive a request. */
export const stateCodec = createRequestStateCodec<{ tool: string; round?: number }>({ key: "the conformance fixtures guard nothing", ttlSeconds: 600 });

type Form = Parameters<typeof inputRequired.elicit>[0]["requestedSchema"];
type Properties = Record<string, object>;

/** A form; all its fields must be filled in unless `required` says fewer. */
const toForm = (properties: Properties, required: readonly string[] = Object.keys(properties)): Form => ({ type: "object", properties, required }) as unknown as Form;

const ask = (message: string, form: Form) => inputRequired.elicit({ message, requestedSchema: form });
const askModel = (text: string, maxTokens: number) => inputRequired.createMessage({ messages: [{ role: "user", content: { type: "text", text } }], maxTokens });
const askName = (message = "What is your name?") => ask(message, toForm({ name: { type: "string" } }));
const askOk = () => ask("Please confirm", toForm({ ok: { type: "boolean" } }));
const require = (inputRequests: InputRequests, requestState?: string): InputRequiredResult => inputRequired({ inputRequests, ...(requestState !== undefined && { requestState }) });

const accepted = ({ mcpReq }: ServerContext, key: string) => acceptedContent(mcpReq.inputResponses, key);
const answered = ({ mcpReq }: ServerContext, key: string) => inputResponse(mcpReq.inputResponses, key);

const DEFAULTS = toForm({
  name: { type: "string", default: "John Doe" }, age: { type: "integer", default: 30 }, score: { type: "number", default: 95.5 },
  status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" }, verified: { type: "boolean", default: true },
}, []);

const ENUMS = toForm({
  untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
  titledSingle: { type: "string", oneOf: [{ const: "value1", title: "First Option" }, { const: "value2", title: "Second Option" }, { const: "value3", title: "Third Option" }] },
  legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["Option One", "Option Two", "Option Three"] },
  untitledMulti: { type: "array", items: { type: "string", enum: ["option1", "option2", "option3"] } },
  titledMulti: { type: "array", items: { anyOf: [{ const: "value1", title: "First Choice" }, { const: "value2", title: "Second Choice" }, { const: "value3", title: "Third Choice" }] } },
}, []);

const USER = toForm({ username: { type: "string", description: "User's response" }, email: { type: "string", description: "User's email address" } });

/** Asks once and says what came back. */
function createForm(name: string, form: Form, toMessage: (args: Record<string, unknown>) => string): Fixture {
  return {
    name,
    run: (args, ctx) => {
      const seen = answered(ctx, "asked");
      if (seen.kind !== "elicit") return require({ asked: ask(toMessage(args), form) });
      return say(`User response: action=${seen.action}, content=${JSON.stringify(accepted(ctx, "asked") ?? {})}`);
    },
  };
}

/** Asks the client's model once and says what it answered. */
function createSampling(name: string, key: string, toQuestion: (args: Record<string, unknown>) => ReturnType<typeof askModel>): Fixture {
  return {
    name,
    run: (args, ctx) => {
      const seen = answered(ctx, key);
      return seen.kind === "sampling" ? say(`LLM response: ${JSON.stringify(seen.result.content)}`) : require({ [key]: toQuestion(args) });
    },
  };
}

/** Asks once, and believes the answer only with the state that it gave out itself. */
function createConfirmed(name: string): Fixture {
  return {
    name,
    run: async (_, ctx) => {
      const state = ctx.mcpReq.requestState<{ tool: string }>();
      if (accepted(ctx, "confirm") !== undefined && state?.tool === name) return say("state-ok");
      return require({ confirm: askOk() }, await stateCodec.mint({ tool: name }, ctx));
    },
  };
}

function greet(_: unknown, ctx: ServerContext) {
  const name = accepted(ctx, "user_name")?.["name"];
  return typeof name === "string" ? say(`Hello, ${name}!`) : require({ user_name: askName() });
}

function listRoots(_: unknown, ctx: ServerContext) {
  const seen = answered(ctx, "client_roots");
  return seen.kind === "roots" ? say(seen.roots.map(({ uri }) => uri).join(", ")) : require({ client_roots: inputRequired.listRoots() });
}

async function askThree(_: unknown, ctx: ServerContext) {
  const all = accepted(ctx, "user_name") !== undefined && answered(ctx, "greeting").kind === "sampling" && answered(ctx, "client_roots").kind === "roots";
  if (all) return say("all inputs received");
  const requests = { user_name: askName(), greeting: askModel("Generate a greeting", 50), client_roots: inputRequired.listRoots() };
  return require(requests, await stateCodec.mint({ tool: "multiple" }, ctx));
}

async function askTwice(_: unknown, ctx: ServerContext) {
  const round = ctx.mcpReq.requestState<{ round?: number }>()?.round ?? 0;
  if (round === 2 && accepted(ctx, "step2") !== undefined) return say("both rounds done");
  if (round === 1 && accepted(ctx, "step1") !== undefined) {
    return require({ step2: ask("Step 2: What is your favorite color?", toForm({ color: { type: "string" } })) }, await stateCodec.mint({ tool: "multi", round: 2 }, ctx));
  }
  return require({ step1: askName("Step 1: What is your name?") }, await stateCodec.mint({ tool: "multi", round: 1 }, ctx));
}

/** Asks only what the client says it can answer. */
function askWhatItCan(_: unknown, { mcpReq }: ServerContext) {
  if (Object.keys(mcpReq.inputResponses ?? {}).length > 0) return say("ok");
  // The SDK lifts the envelope out of the request, and leaves its type empty.
  const envelope = mcpReq.envelope as { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } | undefined;
  const can = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
  return require({
    ...(can.elicitation !== undefined && { user_name: askName() }),
    ...(can.sampling !== undefined && { greeting: askModel("Hi", 5) }),
    ...(can.roots !== undefined && { client_roots: inputRequired.listRoots() }),
  });
}

/** Tools that ask the client something before they answer. */
export const ASKING_FIXTURES: readonly Fixture[] = [
  { ...createSampling("test_sampling", "sample", ({ prompt }) => askModel(String(prompt), 100)), inputSchema: { type: "object", properties: { prompt: { type: "string" } }, required: ["prompt"] } },
  { ...createForm("test_elicitation", USER, ({ message }) => String(message)), inputSchema: { type: "object", properties: { message: { type: "string" } }, required: ["message"] } },
  createForm("test_elicitation_sep1034_defaults", DEFAULTS, () => "defaults"),
  createForm("test_elicitation_sep1330_enums", ENUMS, () => "enums"),
  createSampling("test_missing_capability", "sample", () => askModel("x", 5)),
  createForm("test_streaming_elicitation", toForm({ name: { type: "string" } }), () => "Name?"),
  { name: "test_input_required_result_elicitation", run: greet },
  createSampling("test_input_required_result_sampling", "capital_question", () => askModel("What is the capital of France?", 100)),
  { name: "test_input_required_result_list_roots", run: listRoots },
  createConfirmed("test_input_required_result_request_state"),
  createConfirmed("test_input_required_result_tampered_state"),
  { name: "test_input_required_result_multiple_inputs", run: askThree },
  { name: "test_input_required_result_multi_round", run: askTwice },
  { name: "test_input_required_result_capabilities", run: askWhatItCan },
];

/** A prompt that needs to know more first. */
export function getAskingPrompt(ctx: ServerContext) {
  const context = accepted(ctx, "user_context")?.["context"];
  if (typeof context !== "string") return require({ user_context: ask("What context should the prompt use?", toForm({ context: { type: "string" } })) });
  return { messages: [{ role: "user" as const, content: { type: "text" as const, text: `Use ${context}` } }] };
}
