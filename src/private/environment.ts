import { readFileSync } from 'node:fs';
import { Token } from 'aws-cdk-lib';
import type { KnownVariables } from './config/references';
import { parseDotenv } from './dotenv';
import { isSecretVariable } from './secret-values';
import { validateFile } from './validation/config';
import { isVariableName } from './validation/variables';
import { LAMBDA_VARIABLES, OWNED_VARIABLES, reservedReason } from '../contract/reserved-variables';
import { DEFAULT_VARIABLES, DERIVED_SECRETS, FIXED_VARIABLES } from '../contract/variables';

/** Variables of a `.env` file, by their use. */
export interface EnvironmentFile {
  readonly path: string;
  /** Variables that LibreChat gets. */
  readonly variables: Record<string, string>;
  /** Names of secrets, which must not be in the template. */
  readonly secrets: string[];
  /** Names of variables that are omitted, each with the reason. */
  readonly omitted: Record<string, string>;
  /** Number of variables without a value. */
  readonly blank: number;
}

/**
 * Reads a `.env` file as it is used with docker compose. It contains variables that have no effect here, so they are reported and not
 * rejected.
 *
 * @param specified names in `environment` and `secrets`, which take precedence
 */
export function readEnvironmentFile(path: string, specified: string[]): EnvironmentFile {
  validateFile('environmentFile', path);
  const entries = Object.entries(parseDotenv(readFileSync(path, 'utf8')));
  const set = entries.filter(([, value]) => value !== '');
  const omitted = Object.fromEntries(set.flatMap(([name]) => {
    const reason = omissionReason(name, specified);
    return reason === undefined ? [] : [[name, reason]];
  }));
  const rest = set.filter(([name]) => !(name in omitted));
  return {
    path,
    omitted,
    variables: Object.fromEntries(rest.filter(([name, value]) => !isSecretVariable(name, value))),
    secrets: rest.filter(([name, value]) => isSecretVariable(name, value)).map(([name]) => name),
    blank: entries.length - set.length,
  };
}

function omissionReason(name: string, specified: string[]): string | undefined {
  if (specified.includes(name)) return 'specified in the app';
  if (name in DERIVED_SECRETS) return 'generated; to move existing data, specify it in `secrets` or `environmentSecret`';
  return isVariableName(name) ? reservedReason(name) : 'not a name that Lambda allows';
}

/** An empty value is the same as no value. */
export function withoutBlanks<T>(variables: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => (value as unknown) !== ''));
}

/** Owned variables that nothing sets. */
const NEVER_SET = ['USE_REDIS_CLUSTER', 'REDIS_USERNAME', 'REDIS_PASSWORD'];

/** Variables of Lambda that LibreChat does not get. */
const NOT_PASSED_ON = /^AWS_(ACCESS_KEY|SECRET|SESSION|LAMBDA_RUNTIME_API)/;

/**
 * All variables that LibreChat will have.
 *
 * @param incomplete whether there may be others
 */
export function knownVariables(variables: Record<string, string>, secrets: string[], incomplete: boolean): KnownVariables {
  const owned = Object.keys(OWNED_VARIABLES).filter((name) => OWNED_VARIABLES[name] !== 'use `services`' && !NEVER_SET.includes(name));
  const lambda = LAMBDA_VARIABLES.filter((name) => !NOT_PASSED_ON.test(name));
  const withUnknownValue = [...owned, ...lambda, ...Object.keys(DERIVED_SECRETS), ...secrets];
  const plain = Object.entries({ ...DEFAULT_VARIABLES, ...FIXED_VARIABLES, ...variables });
  return {
    incomplete,
    values: Object.fromEntries([
      ...withUnknownValue.map((name) => [name, undefined]),
      ...plain.map(([name, value]) => [name, Token.isUnresolved(value) ? undefined : value]),
    ]),
  };
}
