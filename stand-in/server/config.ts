import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { Log } from './log';

/** The settings that the stand-in reads from `librechat.yaml`. */
export interface Config {
  readonly version?: string;
  readonly fileStrategy: 'local' | 's3';
  readonly welcome?: string;
  /** Custom endpoints, with the models of each. */
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

/** Reads the file in CONFIG_PATH. If it is missing or cannot be parsed, LibreChat's defaults apply. */
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
