import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, WORK } from './run';

/** The apps that each language has: the least there is, and one that uses most of the API. */
export const APPS = ['app', 'team'] as const;
export type AppName = typeof APPS[number];

/** How a user of one language installs the package and synthesizes an app. */
export interface Language {
  /** Name of the folder in `examples`. */
  readonly name: string;
  /** Commands that must be there, each with an argument that makes it say its version. */
  readonly toolchain: string[][];
  /** The command that synthesizes the second app; that of the first is in `cdk.json`. */
  readonly team: string;
  /** Builds the package, and returns the tarball in it that the construct is run from. */
  build(): Promise<string>;
  /** Installs the package into a copy of the example. */
  install(folder: string): Promise<void>;
}

/** What all languages install, so that their templates can be compared. */
export const CDK_VERSION = '2.233.0';
export const CONSTRUCTS_VERSION = '10.4.3';

/** A copy of the example, in which an earlier run may have left what it downloaded. */
export function copyExample(name: string): string {
  const folder = join(WORK, name);
  mkdirSync(folder, { recursive: true });
  cpSync(join(ROOT, 'examples', name), folder, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|cdk\.out|\.venv|target)$/.test(path),
  });
  return folder;
}

/** Builds a package by the task that also a release builds it by. */
export async function projen(task: string): Promise<void> {
  await run('npx', ['projen', task]);
}
