import { Token } from 'aws-cdk-lib';
import { refusal } from './requirement';
import { ADAPTER, DERIVED_SECRETS, FIXED_VARIABLES, VALUE_FROM } from '../contract/variables';

/** What all environment variables of a Lambda function may take together. */
export const VARIABLES_BYTES = 4096;

/** Variables that the construct or the adapter sets, each with what a user does instead. */
const OWNED: Readonly<Record<string, string>> = {
  DOMAIN_CLIENT: 'use `domainName`',
  DOMAIN_SERVER: 'use `domainName`',
  MONGO_URI: 'use `database: LibreChatDatabase.fromUri(secret)`',
  USE_REDIS: 'use `redis`',
  USE_REDIS_CLUSTER: 'use `redis`',
  REDIS_URI: 'use `redis: LibreChatRedis.fromUri(secret)`',
  REDIS_USERNAME: 'use `redis: LibreChatRedis.fromUri(secret)`',
  REDIS_PASSWORD: 'use `redis: LibreChatRedis.fromUri(secret)`',
  REDIS_KEY_PREFIX: 'each deployment has its own',
  CONFIG_PATH: 'use `config`',
  AWS_BUCKET_NAME: 'use `filesBucket`',
  LITELLM_BASE_URL: 'use `services`',
  SEARXNG_INSTANCE_URL: 'use `services`',
  RAG_API_URL: 'use `services`',
  MEILI_HOST: 'use `services`',
  MEILI_NO_SYNC: 'use `services`',
  FIRECRAWL_API_URL: 'use `services`',
  PORT: 'the adapter sets it',
  METRICS_SECRET: 'the adapter makes one for each environment',
  LIBRECHAT_LOG_DIR: 'only /tmp can be written to',
  HOME: 'only /tmp can be written to',
  npm_config_cache: 'only /tmp can be written to',
  UV_CACHE_DIR: 'only /tmp can be written to',
  AWS_SHARED_CREDENTIALS_FILE: 'the adapter writes it from the role\'s credentials',
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED_BY_LAMBDA = new Set([
  '_HANDLER', '_X_AMZN_TRACE_ID', 'AWS_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION', 'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_LAMBDA_RUNTIME_API', 'AWS_REGION', 'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN', 'LAMBDA_RUNTIME_DIR', 'LAMBDA_TASK_ROOT',
]);

/** Why a variable cannot be had, or nothing if it can. */
function whyNot(name: string): string | undefined {
  if (name in OWNED) return OWNED[name];
  if (name in FIXED_VARIABLES) return `on Lambda it is always ${FIXED_VARIABLES[name]}`;
  if (RESERVED_BY_LAMBDA.has(name)) return 'Lambda sets it';
  if (name.startsWith(VALUE_FROM)) return 'use `secrets`';
  if (Object.values<string>(ADAPTER).includes(name) || name.startsWith('ADAPTER_')) return 'the adapter\'s variables are not for users';
  return undefined;
}

/** Refuses what the construct owns, what Lambda would refuse, and what would stand in two places. */
export function validateVariables(environment: Record<string, string>, secrets: Record<string, unknown>): void {
  for (const [prop, name] of [...names('environment', environment), ...names('secrets', secrets)]) {
    if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name)) {
      throw refusal(prop, 'have names of letters, digits and underscores that begin with a letter', name);
    }
    const reason = whyNot(name);
    if (reason) throw refusal(prop, `not set this variable (${reason})`, name);
  }
  for (const [name, value] of Object.entries<unknown>(environment)) {
    // Only where nobody checks types can it be anything else.
    if (typeof value !== 'string') throw refusal('environment', `have texts as values, such as ${name}: '${String(value)}'`, value);
    if (name in DERIVED_SECRETS) throw refusal('environment', 'not hold a secret in plain text (use `secrets`)', name);
    if (name in secrets) throw refusal('environment', 'not set a variable that `secrets` sets', name);
  }
  for (const [name, secret] of Object.entries(secrets)) {
    // Its value may be a secret in plain text, which is not for an error to repeat.
    if (!isReference(secret)) throw refusal('secrets', 'hold references, such as ecs.Secret.fromSecretsManager(secret)', name);
  }
  validateVariablesSize(environment);
}

function isReference(secret: unknown): boolean {
  const { arn, grantRead } = Object(secret) as { arn?: unknown; grantRead?: unknown };
  return typeof arn === 'string' && typeof grantRead === 'function';
}

/** Counts what is known now: a token may become anything. */
export function validateVariablesSize(variables: Record<string, string>): void {
  const bytes = Object.entries(variables)
    .map(([name, value]) => Buffer.byteLength(name) + (Token.isUnresolved(value) ? 0 : Buffer.byteLength(value)))
    .reduce((sum, length) => sum + length, 0);
  if (bytes > VARIABLES_BYTES) {
    const rule = `leave all variables within ${VARIABLES_BYTES} bytes (\`config\` and \`secrets\` take what is long)`;
    throw refusal('environment', rule, `${bytes} bytes`);
  }
}

function names(prop: string, variables: Record<string, unknown>): Array<[string, string]> {
  return Object.keys(variables).map((name) => [prop, name]);
}
