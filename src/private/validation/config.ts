import { statSync } from 'node:fs';
import { mustError } from './errors';
import { yamlParser } from '../files';

export function validateFile(prop: string, path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw mustError(prop, 'be a readable file', path);
}

/** Parses `librechat.yaml`. LibreChat itself only logs a file that is not YAML, and starts without it. */
export function parseConfig(source: string, text: string): Record<string, unknown> {
  const document = yamlParser().parseDocument(text);
  if (document.errors.length > 0) {
    throw mustError(source, 'be valid YAML', document.errors[0].message.split('\n')[0]);
  }
  const config = document.toJS();
  validateConfig(source, config);
  return config;
}

export function validateConfig(source: string, config: any): void {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw mustError(source, 'contain a YAML mapping', config);
  }
  if (typeof config.version !== 'string') {
    throw mustError(source, 'contain `version` as a string, such as version: 1.3.0', config.version);
  }
}
