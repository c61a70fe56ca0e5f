import { spawn } from "node:child_process";

/** Opens a page in the browser that the system, or BROWSER, names. Who sees none was told the address. */
export function openInBrowser(url: string, browser: string | undefined, platform: NodeJS.Platform = process.platform): void {
  const [command = "", ...args] = browser === undefined ? toOpener(platform) : [browser];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}

function toOpener(platform: NodeJS.Platform): string[] {
  if (platform === "darwin") return ["open"];
  return platform === "win32" ? ["rundll32", "url.dll,FileProtocolHandler"] : ["xdg-open"];
}
