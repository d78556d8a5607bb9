import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, WORK } from './run';

/** The apps in each language: a minimal one, and one that uses most of the API. */
export const APPS = ['app', 'team'] as const;
export type AppName = typeof APPS[number];

/** How users of a language install the package and synthesize an app. */
export interface Language {
  /** Name of the folder in `examples`. */
  readonly name: string;
  /** Required commands, with an argument that prints their version. */
  readonly toolchain: string[][];
  /** Command that synthesizes the second app; `cdk.json` contains that of the first one. */
  readonly team: string;
  /** Builds the package, and returns the jsii tarball in it. */
  build(): Promise<string>;
  /** Installs the package into a copy of the example. */
  install(folder: string): Promise<void>;
}

/** The same version in all languages, so that templates can be compared. */
export const CDK_VERSION = '2.233.0';
export const CONSTRUCTS_VERSION = '10.4.3';

/** Copies the example. Downloads of an earlier run remain. */
export function copyExample(name: string): string {
  const folder = join(WORK, name);
  mkdirSync(folder, { recursive: true });
  cpSync(join(ROOT, 'examples', name), folder, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|cdk\.out|\.venv|target)$/.test(path),
  });
  return folder;
}

/** Builds a package with the projen task that releases use. */
export async function projen(task: string): Promise<void> {
  await run('npx', ['projen', task]);
}
