import { Token, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { mustError, throwAll, warn } from './errors';
import { reservedReason } from '../../contract/reserved-variables';
import { DERIVED_SECRETS } from '../../contract/variables';
import type { Reference } from '../binding';
import type { KnownVariables } from '../config/references';
import { isSecretVariable } from '../secret-values';

/** Lambda's limit for the names and values of all environment variables of a function. */
export const VARIABLES_BYTES = 4096;

/** The shortest ARN of a secret: `arn:aws:secretsmanager:us-east-1:123456789012:secret:a-bcdefg`. */
const SHORTEST_REFERENCE = 64;

/** Rejects variables that the construct or Lambda sets, invalid names and values, and variables that are set twice. */
export function validateVariables(environment: Record<string, unknown>, secrets: Record<string, unknown>): void {
  throwAll([
    ...Object.entries(environment).flatMap(([name, value]) => nameErrors('environment', name) ?? valueErrors(name, value, secrets)),
    ...Object.entries(secrets).flatMap(([name, value]) => nameErrors('secrets', name) ?? secretErrors(name, value)),
  ]);
}

/** Whether a name is allowed by Lambda. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]+$/.test(name);
}

function nameErrors(prop: string, name: string): Error[] | undefined {
  if (!isVariableName(name)) {
    return [mustError(prop, 'only contain names of letters, digits and underscores that start with a letter', name)];
  }
  const reason = reservedReason(name);
  return reason ? [mustError(prop, `not set this variable (${reason})`, name)] : undefined;
}

/** JavaScript has no types, and TypeScript has `any`. */
function valueErrors(name: string, value: unknown, secrets: Record<string, unknown>): Error[] {
  if (value === undefined || value === null) return [mustError('environment', `contain a value for ${name} (is it set in your shell?)`, value)];
  if (typeof value !== 'string') return [mustError('environment', `only contain string values, such as ${name}: '${String(value)}'`, value)];
  if (name in DERIVED_SECRETS) return [mustError('environment', 'not contain secrets in plain text (use `secrets`)', name)];
  if (name in secrets) return [mustError('environment', 'not set a variable that is also in `secrets`', name)];
  return [];
}

/** The value may be a secret in plain text, so the error shows the name only. */
function secretErrors(name: string, secret: unknown): Error[] {
  const { arn, grantRead } = Object(secret) as { arn?: unknown; grantRead?: unknown };
  if (typeof arn === 'string' && typeof grantRead === 'function') return [];
  return [mustError('secrets', 'only contain values of type ecs.Secret, such as ecs.Secret.fromSecretsManager(secret)', name)];
}

/** Warns of variables with which LibreChat starts, but does not do what was intended. */
export function warnOfVariables(scope: IConstruct, environment: Record<string, string>, known: KnownVariables): void {
  const secrets = Object.entries(environment).filter(([name, value]) => !Token.isUnresolved(value) && isSecretVariable(name, value));
  if (secrets.length > 0) {
    const secretRule = 'not contain secrets in plain text, which are visible in the Lambda console (use `secrets`)';
    warn(scope, 'plainTextSecret', 'environment', secretRule, secrets.map(([name]) => name).join(', '));
  }
  const { OPENID_CALLBACK_URL: callback, OPENID_ISSUER: issuer } = environment;
  if (callback !== undefined && !Token.isUnresolved(callback) && !callback.startsWith('/')) {
    const callbackRule = 'contain a path as OPENID_CALLBACK_URL, such as /oauth/openid/callback, because LibreChat prepends the URL of the site';
    warn(scope, 'openIdCallbackUrl', 'environment', callbackRule, callback);
  }
  if (issuer !== undefined && !known.incomplete && !('OPENID_SESSION_SECRET' in known.values)) {
    const sessionRule = 'contain OPENID_SESSION_SECRET if OPENID_ISSUER is set, because LibreChat ignores OpenID Connect without it';
    warn(scope, 'openIdSessionSecret', 'secrets', sessionRule, undefined);
  }
}

/** Counts what is known at synthesis: the literal parts of values, and at least the shortest ARN for each reference. */
export function validateVariablesSize(variables: Record<string, string>, references: Record<string, Reference>): void {
  const plain = sum(Object.entries(variables).map(([name, value]) => Buffer.byteLength(name) + literalBytes(value)));
  const sizes = Object.entries(references)
    .map(([name, { arn }]) => Buffer.byteLength(name) + Math.max(literalBytes(arn), SHORTEST_REFERENCE));
  const bytes = plain + sum(sizes);
  if (bytes <= VARIABLES_BYTES) return;
  if (plain > VARIABLES_BYTES) {
    throw mustError('environment', `keep all variables of the function within ${VARIABLES_BYTES} bytes (use \`environmentSecret\` for more)`, `${plain} bytes`);
  }
  const fitting = Math.floor((VARIABLES_BYTES - plain) / (sum(sizes) / sizes.length));
  const sizeRule = `keep all variables of the function within ${VARIABLES_BYTES} bytes (${fitting} of ${sizes.length} secrets fit; use \`environmentSecret\` for more)`;
  throw mustError('secrets', sizeRule, `${bytes} bytes`);
}

function literalBytes(value: string): number {
  const literals = Tokenization.reverseString(value).mapTokens({ mapToken: () => '' });
  return Buffer.byteLength(literals.join({ join: (left, right) => `${left ?? ''}${right ?? ''}` }) as string ?? '');
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
