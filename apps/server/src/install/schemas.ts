import { INSTALL_CLIENTS } from "@loci/mcp/install";
import { z } from "zod";
import { pageOf, pageParams } from "../memories/page.ts";

const Files = z.strictObject({
  macos: z.string().describe("The path on macOS."),
  linux: z.string().describe("The path on Linux."),
  windows: z.string().describe("The path on Windows."),
}).meta({ id: "InstallFiles", description: "Where a settings file lies. `~` is the person's home; a path without it belongs into the project." });

const kindOf = <Kind extends string>(kind: Kind) => z.literal(kind).describe("Which way it is.");
const label = z.string().describe("Where, or what for.");
const afterwards = z.string().exactOptional().describe("What is left to do after it.");

const Link = z.strictObject({
  kind: kindOf("link"),
  label,
  url: z.string().describe("Opens the client with everything filled in; the client asks before it adds anything."),
  web_url: z.string().exactOptional().describe("The same over https, for places where no other scheme is a link."),
}).meta({ id: "InstallLink" });

const Command = z.strictObject({ kind: kindOf("command"), label, text: z.string().describe("A line for a POSIX shell."), afterwards }).meta({ id: "InstallCommand" });

const Config = z.strictObject({
  kind: kindOf("config"),
  label,
  format: z.enum(["json", "toml"]).describe("What the file is written in."),
  files: Files.nullable().describe("Where the file lies; null where the client is not known."),
  text: z.string().describe("The whole block; where the file holds something already, it is merged into that."),
  afterwards,
}).meta({ id: "InstallConfig" });

const Steps = z.strictObject({ kind: kindOf("steps"), label, steps: z.array(z.string()).describe("What a person does, in this order.") }).meta({ id: "InstallSteps" });

const InstallWay = z.discriminatedUnion("kind", [Link, Command, Config, Steps]).meta({ id: "InstallWay", description: "One way to tell a client of this server." });

const InstallGuide = z.strictObject({
  client: z.string().describe("The client's name in personal URLs."),
  title: z.string().describe("What people call the client."),
  calls_from: z.enum(["cloud", "device"]).describe("From where the client calls: a cloud reaches public https addresses only."),
  name: z.string().describe("What the client calls this server."),
  url: z.string().describe("The address that the client is given. It carries no secret."),
  ways: z.array(InstallWay).describe("How it is given, the shortest way first."),
}).meta({
  id: "InstallGuide",
  description: "How one client is told of this server.",
  examples: [{
    client: "claude-code", title: "Claude Code", calls_from: "device", name: "loci", url: "https://loci.example.com/mcp",
    ways: [{ kind: "command", label: "In a terminal", text: "claude mcp add --transport http --scope user loci https://loci.example.com/mcp", afterwards: "In Claude Code, type /mcp, choose loci, then Authenticate." }],
  }],
});

export const InstallGuides = z.strictObject({ items: z.array(InstallGuide).describe("A guide for each client, in the order in which people should see them.") })
  .meta({ id: "InstallGuides", description: "How every known client is told of this server." });

const WorkspaceGuides = z.strictObject({
  workspace: z.strictObject({
    id: z.string().describe("The workspace's id."),
    slug: z.string().describe("Its name in URLs."),
    name: z.string().describe("What people call it."),
    kind: z.enum(["personal", "team"]).describe("Personal: one for each account, with one member. Team: everything else."),
  }).describe("The workspace that the addresses lead to."),
  clients: z.array(InstallGuide).describe("A guide for each client, with the personal URL of this client and workspace."),
}).meta({ id: "WorkspaceGuides", description: "How every known client is told of one workspace." });

export const WorkspaceGuidesPage = pageOf("WorkspaceGuidesPage", WorkspaceGuides);

export const GuidesQuery = z.strictObject({
  ...pageParams,
  client: z.enum(INSTALL_CLIENTS.map(({ slug }) => slug)).optional().describe("Only the guides of this client."),
});
