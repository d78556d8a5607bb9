import { Token } from 'aws-cdk-lib';
import { mustError } from './errors';
import { DERIVED_SECRETS, FIXED_VARIABLES, VALUE_FROM } from '../../contract/variables';

/** Lambda's limit for the names and values of all environment variables of a function. */
export const VARIABLES_BYTES = 4096;

/** Variables that the construct or the adapter sets, each with the alternative or the reason. */
const OWNED: Readonly<Record<string, string>> = {
  DOMAIN_CLIENT: 'use `domainName`',
  DOMAIN_SERVER: 'use `domainName`',
  MONGO_URI: 'use `database: LibreChatDatabase.fromUri(secret)`',
  USE_REDIS: 'use `redis`',
  USE_REDIS_CLUSTER: 'use `redis`',
  REDIS_URI: 'use `redis: LibreChatRedis.fromUri(secret)`',
  REDIS_USERNAME: 'use `redis: LibreChatRedis.fromUri(secret)`',
  REDIS_PASSWORD: 'use `redis: LibreChatRedis.fromUri(secret)`',
  REDIS_KEY_PREFIX: 'the construct generates one for each deployment',
  CONFIG_PATH: 'use `config`',
  SCHEDULES_DISABLED: 'use `schedules`',
  AWS_BUCKET_NAME: 'use `filesBucket`',
  LITELLM_BASE_URL: 'use `services`',
  SEARXNG_INSTANCE_URL: 'use `services`',
  RAG_API_URL: 'use `services`',
  MEILI_HOST: 'use `services`',
  MEILI_NO_SYNC: 'use `services`',
  FIRECRAWL_API_URL: 'use `services`',
  PORT: 'the adapter sets it',
  METRICS_SECRET: 'the adapter generates one for each execution environment',
  LIBRECHAT_LOG_DIR: 'only /tmp is writable',
  HOME: 'only /tmp is writable',
  npm_config_cache: 'only /tmp is writable',
  UV_CACHE_DIR: 'only /tmp is writable',
  AWS_SHARED_CREDENTIALS_FILE: 'the adapter writes it from the role\'s credentials',
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED_BY_LAMBDA = new Set([
  '_HANDLER', '_X_AMZN_TRACE_ID', 'AWS_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION', 'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_LAMBDA_RUNTIME_API', 'AWS_REGION', 'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN', 'LAMBDA_RUNTIME_DIR', 'LAMBDA_TASK_ROOT',
]);

const RESERVED_PREFIXES = ['ADAPTER_', 'QUEUE_', 'RELAY_'];

/** The reason why users cannot set a variable, if there is one. */
function reservedReason(name: string): string | undefined {
  if (name in OWNED) return OWNED[name];
  if (name in FIXED_VARIABLES) return `it is always ${FIXED_VARIABLES[name]}`;
  if (RESERVED_BY_LAMBDA.has(name)) return 'Lambda sets it';
  if (name.startsWith(VALUE_FROM)) return 'use `secrets`';
  const prefix = RESERVED_PREFIXES.find((reserved) => name.startsWith(reserved));
  if (prefix) return `the prefix ${prefix} is reserved for relay and worker`;
  return undefined;
}

/** Rejects variables that the construct or Lambda sets, invalid names and values, and variables that are set twice. */
export function validateVariables(environment: Record<string, string>, secrets: Record<string, unknown>): void {
  for (const [prop, name] of [...names('environment', environment), ...names('secrets', secrets)]) {
    if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name)) {
      throw mustError(prop, 'only contain names of letters, digits and underscores that start with a letter', name);
    }
    const reason = reservedReason(name);
    if (reason) throw mustError(prop, `not set this variable (${reason})`, name);
  }
  for (const [name, value] of Object.entries<unknown>(environment)) {
    // JavaScript has no types, and TypeScript has `any`.
    if (typeof value !== 'string') throw mustError('environment', `only contain string values, such as ${name}: '${String(value)}'`, value);
    if (name in DERIVED_SECRETS) throw mustError('environment', 'not contain secrets in plain text (use `secrets`)', name);
    if (name in secrets) throw mustError('environment', 'not set a variable that is also in `secrets`', name);
  }
  for (const [name, secret] of Object.entries(secrets)) {
    // The value may be a secret in plain text, so the error shows the name only.
    if (!isReference(secret)) throw mustError('secrets', 'only contain values of type ecs.Secret, such as ecs.Secret.fromSecretsManager(secret)', name);
  }
  validateVariablesSize(environment);
}

function isReference(secret: unknown): boolean {
  const { arn, grantRead } = Object(secret) as { arn?: unknown; grantRead?: unknown };
  return typeof arn === 'string' && typeof grantRead === 'function';
}

/** Tokens count as empty. */
export function validateVariablesSize(variables: Record<string, string>): void {
  const bytes = Object.entries(variables)
    .map(([name, value]) => Buffer.byteLength(name) + (Token.isUnresolved(value) ? 0 : Buffer.byteLength(value)))
    .reduce((sum, length) => sum + length, 0);
  if (bytes > VARIABLES_BYTES) {
    const rule = `keep all variables of the function within ${VARIABLES_BYTES} bytes (move long values to \`config\` or \`secrets\`)`;
    throw mustError('environment', rule, `${bytes} bytes`);
  }
}

function names(prop: string, variables: Record<string, unknown>): Array<[string, string]> {
  return Object.keys(variables).map((name) => [prop, name]);
}
