import { z } from "zod";
import { isSecret, readSettings, SETTING_NAMES, Settings, type Environment, type SettingName } from "./config.ts";

const describe = (name: SettingName): string => Settings.shape[name].description ?? "";

function defaultOf(name: SettingName): string {
  const schema: z.ZodType = Settings.shape[name];
  return schema instanceof z.ZodDefault ? String(schema.def.defaultValue) : "";
}

/** `.env.example`: every variable with its meaning and its default. */
export function toEnvExample(): string {
  const head = [
    "# Written from apps/server/src/config.ts by `npm run generate`; do not edit here.",
    "# Copy to .env and take out the # of what you want to change. Every name may also be written with LOCI_ before it.",
  ];
  const entries = SETTING_NAMES.map((name) => {
    const file = isSecret(name) ? [`# Or ${name}_FILE: a file that holds it.`] : [];
    return [...wrap(describe(name)), ...file, `#${name}=${defaultOf(name)}`].join("\n");
  });
  return `${[head.join("\n"), ...entries].join("\n\n")}\n`;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + word.length > 100) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

export interface ShownSetting {
  name: string;
  value: string | null;
  from: string;
}

/** Each setting with its value and where that comes from; secrets show only that they are set. */
export function showSettings(env: Environment): ShownSetting[] {
  const { found } = readSettings(env);
  return SETTING_NAMES.map((name) => {
    const set = found.find((setting) => setting.name === name);
    if (set === undefined) return { name, value: defaultOf(name) || null, from: "default" };
    return { name, value: isSecret(name) ? "[redacted]" : set.value, from: set.from };
  });
}
