import { FIXED_VARIABLES, VALUE_FROM } from './variables';

/** Variables that the construct or the adapter sets, each with the alternative or the reason. */
export const OWNED_VARIABLES: Readonly<Record<string, string>> = {
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

/** Variables that change how the adapter itself runs. */
const UNSAFE: Readonly<Record<string, string>> = {
  PATH: 'the image sets it',
  LD_LIBRARY_PATH: 'the image sets it',
  LD_PRELOAD: 'it would be loaded into the adapter, too',
  NODE_OPTIONS: 'they would apply to the adapter, too',
  NODE_PATH: 'it would apply to the adapter, too',
  NODE_TLS_REJECT_UNAUTHORIZED: 'use NODE_EXTRA_CA_CERTS with a file in the image',
  TMPDIR: 'only /tmp is writable',
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
export const LAMBDA_VARIABLES: readonly string[] = [
  '_HANDLER', '_X_AMZN_TRACE_ID', 'AWS_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION', 'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_LAMBDA_RUNTIME_API', 'AWS_REGION', 'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN', 'LAMBDA_RUNTIME_DIR', 'LAMBDA_TASK_ROOT',
];

const RESERVED_PREFIXES = ['ADAPTER_', 'QUEUE_', 'RELAY_'];

/** The reason why users cannot set a variable, if there is one. */
export function reservedReason(name: string): string | undefined {
  if (Object.hasOwn(OWNED_VARIABLES, name)) return OWNED_VARIABLES[name];
  if (Object.hasOwn(FIXED_VARIABLES, name)) return `it is always ${FIXED_VARIABLES[name]}`;
  if (Object.hasOwn(UNSAFE, name)) return UNSAFE[name];
  if (LAMBDA_VARIABLES.includes(name)) return 'Lambda sets it';
  if (name.startsWith(VALUE_FROM)) return 'use `secrets`';
  const prefix = RESERVED_PREFIXES.find((reserved) => name.startsWith(reserved));
  if (prefix) return `the prefix ${prefix} is reserved for relay and worker`;
  return undefined;
}
