import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What the stand-in takes from `librechat.yaml`. */
export interface Config {
  readonly version?: string;
  readonly fileStrategy: 'local' | 's3';
  readonly welcome?: string;
}

/** Reads the file that CONFIG_PATH names; without one, LibreChat's defaults hold. */
export function readConfig(path?: string): Config {
  if (!path) return { fileStrategy: 'local' };
  const document = parse(readFileSync(path, 'utf8')) as { version?: string; fileStrategy?: string; interface?: { customWelcome?: string } } | null;
  return {
    version: document?.version,
    fileStrategy: document?.fileStrategy === 's3' ? 's3' : 'local',
    welcome: document?.interface?.customWelcome,
  };
}
