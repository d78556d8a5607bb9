import { hkdfSync } from 'node:crypto';
import { reservedReason } from '../../../src/contract/reserved-variables';
import { ADAPTER, DERIVED_SECRETS, VALUE_FROM } from '../../../src/contract/variables';
import type { Aws } from '../../shared/aws';
import { fieldNames, fieldOf, References } from '../../shared/references';

type Variables = Record<string, string>;

/** Without one of these, LibreChat exits, generates a different value in each environment, or redirects users to a wrong URL. */
const REQUIRED = ['MONGO_URI', 'REDIS_URI', 'DOMAIN_CLIENT', 'DOMAIN_SERVER', ...Object.keys(DERIVED_SECRETS)];

/** Required variables that the adapter derives from its settings if they are not specified. */
const GIVEN_BY: Variables = {
  MONGO_URI: ADAPTER.databaseSecret,
  DOMAIN_CLIENT: ADAPTER.urlParameter,
  DOMAIN_SERVER: ADAPTER.urlParameter,
  ...Object.fromEntries(Object.keys(DERIVED_SECRETS).map((name) => [name, ADAPTER.rootSecret])),
};

/** Fails for missing variables before the first call to AWS. */
export function checkRequired(environment: NodeJS.ProcessEnv): void {
  const missing = REQUIRED.filter((name) => ![name, VALUE_FROM + name, GIVEN_BY[name] ?? name].some((source) => environment[source]));
  if (missing.length) {
    throw new Error(`\`${missing.join('`, `')}\` must be set for LibreChat to start, got: nothing (${VALUE_FROM}${missing[0]} may name where it is kept)`);
  }
}

/** Reads the values of all references in the function's variables concurrently. */
export async function readVariables(environment: NodeJS.ProcessEnv, aws: Aws, caFile: string): Promise<Variables> {
  const references = new References(aws);
  const fields = await environmentSecret(environment, references);
  const sources = await Promise.all([
    fields,
    derivedSecrets({ ...environment, ...fields }, references),
    databaseUri(environment, references, caFile),
    publicUrl(environment, aws),
    referredVariables(environment, references),
  ]);
  const variables: Variables = Object.assign({}, ...sources);
  for (const name of REQUIRED) {
    if (!(environment[name] || variables[name])) throw new Error(`\`${name}\` must not be empty, got: ""`);
  }
  return variables;
}

async function referredVariables(environment: NodeJS.ProcessEnv, references: References): Promise<Variables> {
  const names = Object.keys(environment).filter((name) => name.startsWith(VALUE_FROM));
  const values = await Promise.all(names.map(async (name) => [
    name.slice(VALUE_FROM.length),
    await references.resolve(name, environment[name] ?? ''),
  ]));
  return Object.fromEntries(values) as Variables;
}

/** The fields of a secret with many variables, except for those that are set otherwise. */
async function environmentSecret(environment: NodeJS.ProcessEnv, references: References): Promise<Variables> {
  const reference = environment[ADAPTER.environmentSecret];
  if (!reference) return {};
  const secret = await references.resolve(ADAPTER.environmentSecret, reference);
  const names = fieldNames(ADAPTER.environmentSecret, secret).filter((name) => !environment[name] && reservedReason(name) === undefined);
  const values = names.map((name) => [name, fieldOf(secret, name)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== ''));
}

/** Derives the four secrets from one, since they must be the same in every environment, and must never change. */
async function derivedSecrets(environment: NodeJS.ProcessEnv, references: References): Promise<Variables> {
  const reference = environment[ADAPTER.rootSecret];
  if (!reference) return {};
  const root = await references.resolve(ADAPTER.rootSecret, reference);
  if (!root) throw new Error(`\`${ADAPTER.rootSecret}\` must not be empty, got: ""`);
  const missing = Object.entries(DERIVED_SECRETS).filter(([name]) => !environment[name]);
  return Object.fromEntries(missing.map(([name, length]) => [name, Buffer.from(hkdfSync('sha256', root, '', name, length)).toString('hex')]));
}

async function databaseUri(environment: NodeJS.ProcessEnv, references: References, caFile: string): Promise<Variables> {
  const reference = environment[ADAPTER.databaseSecret];
  if (!reference) return {};
  const secret = await references.resolve(ADAPTER.databaseSecret, reference);
  const [username, password, host, port] = ['username', 'password', 'host', 'port'].map((field) => fieldOf(secret, field));
  const options = new URLSearchParams({
    // By default, drivers authenticate against the database in the path, with a mechanism that DocumentDB 5.0 does not support.
    // See https://github.com/Automattic/mongoose/issues/15018
    authSource: 'admin',
    authMechanism: 'SCRAM-SHA-1',
    tls: 'true',
    tlsCAFile: caFile,
    replicaSet: 'rs0',
    readPreference: 'primary',
    retryWrites: 'false',
    serverSelectionTimeoutMS: '5000',
  });
  const credentials = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
  return { MONGO_URI: `mongodb://${credentials}@${host}:${port}/LibreChat?${options.toString()}` };
}

async function publicUrl(environment: NodeJS.ProcessEnv, aws: Aws): Promise<Variables> {
  const name = environment[ADAPTER.urlParameter];
  if (!name) return {};
  try {
    const url = await aws.parameter(name);
    return { DOMAIN_CLIENT: url, DOMAIN_SERVER: url };
  } catch (error) {
    throw new Error(`\`${ADAPTER.urlParameter}\` could not be read from ${name}: ${(error as Error).message}`);
  }
}
