import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { Log } from './log';

/** What the stand-in takes from `librechat.yaml`. */
export interface Config {
  readonly version?: string;
  readonly fileStrategy: 'local' | 's3';
  readonly welcome?: string;
  /** Custom endpoints: what may answer, and the models of each. */
  readonly endpoints: readonly Endpoint[];
}

export interface Endpoint {
  readonly name: string;
  readonly models: readonly string[];
}

interface Document {
  readonly version?: string;
  readonly fileStrategy?: string;
  readonly interface?: { readonly customWelcome?: string };
  readonly endpoints?: { readonly custom?: { readonly name: string; readonly models?: { readonly default?: string[] } }[] };
}

/** Reads the file that CONFIG_PATH names; without one, or if it cannot be parsed, LibreChat's defaults hold. */
export function readConfig(path: string | undefined, log: Log): Config {
  const document = path ? parsed(path, log) : undefined;
  const endpoints = (document?.endpoints?.custom ?? []).map(({ name, models }) => ({ name, models: models?.default ?? [] }));
  return {
    version: document?.version,
    fileStrategy: document?.fileStrategy === 's3' ? 's3' : 'local',
    welcome: document?.interface?.customWelcome,
    endpoints,
  };
}

function parsed(path: string, log: Log): Document | undefined {
  try {
    return load(readFileSync(path, 'utf8')) as Document;
  } catch (error) {
    log('error', `Config file YAML format is invalid: ${(error as Error).message}`);
    return undefined;
  }
}
