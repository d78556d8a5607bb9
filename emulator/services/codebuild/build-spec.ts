import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';

/** The commands of each phase, such as `PRE_BUILD`. */
export type BuildSpec = Readonly<Record<string, readonly string[]>>;

const PHASES = ['install', 'pre_build', 'build', 'post_build'];

/**
 * Reads the buildspec of the project (YAML, or JSON as a subset of it), or else of the source.
 *
 * @throws Error with CodeBuild's message if it is invalid
 * @see https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
 */
export function readBuildSpec(inline: string | undefined, folder: string): BuildSpec {
  const { version, phases } = Object(load(inline ?? fileIn(folder))) as { version?: unknown; phases?: Record<string, unknown> };
  if (!['0.1', '0.2'].includes(String(version))) throw new Error(`invalid buildspec version specified: ${String(version)}`);
  const unknown = Object.keys(Object(phases) as object).find((name) => !PHASES.includes(name));
  if (unknown !== undefined) throw new Error(`unknown phase: ${unknown}`);
  return Object.fromEntries(Object.entries(Object(phases) as Record<string, { commands?: unknown }>)
    .map(([name, { commands = [] }]) => [name.toUpperCase(), commandsOf(name, commands)]));
}

function commandsOf(phase: string, commands: unknown): string[] {
  const list = Array.isArray(commands) ? commands as unknown[] : [commands];
  return list.map((command, i) => {
    if (typeof command === 'string') return command;
    throw new Error(`Expected Commands[${i}] of ${phase} to be of string type`);
  });
}

function fileIn(folder: string): string {
  const file = join(folder, 'buildspec.yml');
  if (!existsSync(file)) throw new Error('stat buildspec.yml: no such file or directory');
  return readFileSync(file, 'utf8');
}
