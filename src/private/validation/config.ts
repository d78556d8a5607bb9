import { statSync } from 'node:fs';
import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { mustError, throwAll, warn } from './errors';
import { warnOfLimits } from '../config/lambda-limits';
import { leavesOf, type Path, pathText, valueAt } from '../config/leaves';
import { type ConfigContext, isRequired, type KnownVariables, possibleValues, unsetReferences } from '../config/references';
import { isCovered, issuesOfRelease } from '../config/releases';
import { warnOfWebSearch } from '../config/web-search';
import { type ConfigIssue, configChecker } from '../config-checker';
import { isSecretKey } from '../secret-values';

export function validateFile(prop: string, path: string): void {
  if (typeof path === 'string' && statSync(path, { throwIfNoEntry: false })?.isFile()) return;
  throw mustError(prop, 'be a readable file', path);
}

/** Parses `librechat.yaml`. LibreChat only logs a file that it cannot parse, and starts without it. */
export function parseConfig(source: string, text: string): Record<string, unknown> {
  const config = parse(source, text);
  validateConfig(source, config);
  return config as Record<string, unknown>;
}

function parse(source: string, text: string): unknown {
  try {
    return configChecker().parse(text);
  } catch (error) {
    throw mustError(source, 'be YAML that LibreChat can read', (error as Error).message.split('\n')[0]);
  }
}

export function validateConfig(source: string, config: any): void {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw mustError(source, 'contain a YAML mapping', config);
  }
  if (typeof config.version !== 'string') {
    throw mustError(source, 'contain `version` as a string, such as version: 1.3.0', config.version);
  }
}

/** The asset contains the values as they are at synthesis. */
export function validateConfigObject(source: string, config: Record<string, unknown>): void {
  throwAll(leavesOf(config).flatMap(({ path, value }) => {
    if (path.some(isToken) || isToken(value)) return [tokenError(source, path, value)];
    const isJson = value === null || ['string', 'boolean', 'undefined'].includes(typeof value) || Number.isFinite(value);
    return isJson ? [] : [mustError(source, `contain only strings, numbers, booleans, lists and mappings at ${pathText(path)}`, value)];
  }));
}

/** Also the element of a list that is a token. */
function isToken(value: unknown): boolean {
  return Token.isUnresolved(value) || Token.isUnresolved([value]);
}

function tokenError(source: string, path: Path, value: unknown): Error {
  const key = path.filter((part) => typeof part === 'string' && !isToken(part)).at(-1) ?? 'value';
  const name = String(key).replace(/([a-z])([A-Z])/g, '$1_$2').replace(/\W/g, '_').toUpperCase();
  return mustError(source, `contain no token at ${pathText(path)} (add ${name} with this value to \`environment\`, and write \${${name}} here)`, value);
}

/** Rejects settings that LibreChat rejects, and warns of settings that do not work. */
export function validateConfigForLibreChat(scope: IConstruct, source: string, config: Record<string, unknown>, context: ConfigContext): void {
  const unset = unsetReferences(config, context.variables);
  throwAll(unset.filter(isRequired).map(({ path, value }) => mustError(
    source, `refer to variables that are set in \`environment\`, \`secrets\` or \`services\` at ${pathText(path)}`, value,
  )));
  validateSchema(scope, source, config, context);
  if (unset.length > 0) {
    const references = unset.map(({ path, name }) => `\${${name}} at ${pathText(path)}`).join(', ');
    warn(scope, 'unsetVariable', 'config', 'refer to variables that are set in `environment`, `secrets` or `services`', references);
  }
  warnOfLimits(scope, config);
  warnOfWebSearch(scope, config, context);
}

/** Other releases than those that are covered may accept more. */
function validateSchema(scope: IConstruct, source: string, config: Record<string, unknown>, { variables, release }: ConfigContext): void {
  const issues = issuesOf(config, variables);
  if (isCovered(release)) {
    throwAll([...issues, ...issuesOfRelease(config, release)].map(({ path, message }) => mustError(
      source, `match the schema of LibreChat at ${pathText(path) || 'the top level'} (${message})`, shown(config, path),
    )));
  } else if (issues.length > 0) {
    const paths = issues.map(({ path, message }) => `${pathText(path) || 'the top level'} (${message})`).join(', ');
    warn(scope, 'configSchema', 'config', 'match the schema of LibreChat v0.8.8, unless the deployed release accepts more', paths);
  }
}

/** Issues that LibreChat reports with all possible values of the variables. */
function issuesOf(config: Record<string, unknown>, variables: KnownVariables): ConfigIssue[] {
  const [first, ...others] = possibleValues(config, variables).map((values) => configChecker().check(config, values));
  return first.filter(({ path }) => others.every((issues) => issues.some((issue) => pathText(issue.path) === pathText(path))));
}

/** Secrets are not shown, and of objects their keys only. */
function shown(config: Record<string, unknown>, path: Path): unknown {
  const value = valueAt(config, path);
  if (typeof value === 'string') return isSecretKey(String(path.at(-1)), value) ? 'a secret' : value;
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? `a list of ${value.length}` : `a mapping with the keys ${Object.keys(value).join(', ')}`;
}
