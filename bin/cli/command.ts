import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { SetupError } from "#platform/postgres/setupError.ts";

export interface OptionSpec {
  type: "string" | "boolean";
  /** Shown behind the option: `<minutes>`. */
  value?: string;
  help: string;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** One command of the command line. `run` answers the exit code; what it throws is printed as one sentence, exit code 1. */
export interface Command {
  name: string;
  /** What stands behind the name: `run|status|rollback`. */
  usage?: string;
  summary: string;
  options: Readonly<Record<string, OptionSpec>>;
  examples?: readonly string[];
  run(values: OptionValues, positionals: readonly string[]): Promise<number>;
}

/** Options that every command has. */
export const COMMON: Readonly<Record<string, OptionSpec>> = {
  json: { type: "boolean", help: "progress as JSON lines on stderr, the answer as JSON on the last line of stdout" },
  help: { type: "boolean", help: "this text" },
};

export const DATA_DIR: Readonly<Record<string, OptionSpec>> = {
  "data-dir": { type: "string", value: "<folder>", help: "where the databases and secrets are kept (default .martgraph/data)" },
};

/** @throws SetupError for an option or a word that the command does not know. */
export function parseCommandLine(command: Command, args: readonly string[]): { values: OptionValues; positionals: string[] } {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, spec] of Object.entries({ ...command.options, ...COMMON })) options[name] = { type: spec.type };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: command.usage !== undefined, strict: true });
    return { values: values as OptionValues, positionals };
  } catch (error) {
    const what = (error as Error).message.split(/[.\n]/)[0];
    throw new SetupError(`${what}: see martgraph ${command.name} --help.`);
  }
}

export function helpText(command: Command): string {
  const rows = Object.entries({ ...command.options, ...COMMON }).map(([name, spec]) => [`--${name}${spec.value ? ` ${spec.value}` : ""}`, spec.help] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `martgraph ${command.name}${command.usage ? ` ${command.usage}` : ""}`,
    `  ${command.summary}`,
    "",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    ...(command.examples ? ["", ...command.examples.map((example) => `  $ ${example}`)] : []),
  ].join("\n");
}

/** A whole number within bounds. @throws SetupError that names the option. */
export function integerOption(values: OptionValues, name: string, fallback: number, min: number, max: number): number {
  const value = values[name];
  if (value === undefined) return fallback;
  const number = Number(value);
  if (typeof value !== "string" || value.trim() === "" || !Number.isInteger(number) || number < min || number > max) {
    throw new SetupError(`--${name} is "${String(value)}"; it takes a whole number from ${min} to ${max}.`);
  }
  return number;
}

/** Date alone is UTC's midnight; a time needs its zone, or it would mean another instant on another machine. */
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** An ISO 8601 instant. @throws SetupError that names the option. */
export function instantOption(values: OptionValues, name: string): Date | undefined {
  const text = textOption(values, name);
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (!INSTANT.test(text) || Number.isNaN(at.getTime())) throw new SetupError(`--${name} is "${text}"; it takes an instant such as 2011-09-10T00:00:00Z.`);
  return at;
}

/** A calendar day, `2011-03-01`. @throws SetupError that names the option. */
export function dayOption(values: OptionValues, name: string): string | undefined {
  const text = textOption(values, name);
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  if (!at || Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text || text < "0001-01-01") throw new SetupError(`--${name} is "${text}"; it takes a day such as 2011-03-01.`);
  return text;
}

export function textOption(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
