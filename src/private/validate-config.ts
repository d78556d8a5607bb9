import { statSync } from 'node:fs';
import { refusal } from './requirement';
import { yamlParser } from './yaml-parser';

export function validateFile(prop: string, path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw refusal(prop, 'be a file that can be read', path);
}

/** Parses `librechat.yaml`; LibreChat itself would only log a bad one, and run without it. */
export function parseConfig(source: string, text: string): Record<string, unknown> {
  const document = yamlParser().parseDocument(text);
  if (document.errors.length > 0) {
    throw refusal(source, 'be valid YAML', document.errors[0].message.split('\n')[0]);
  }
  const config = document.toJS();
  validateConfig(source, config);
  return config;
}

export function validateConfig(source: string, config: any): void {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw refusal(source, 'hold a YAML mapping', config);
  }
  if (typeof config.version !== 'string') {
    throw refusal(source, 'have `version` as a string, such as version: 1.3.0', config.version);
  }
}
