/** The environment variables that the construct sets for the adapter. They contain references to secrets, never their values. */

/**
 * Prefix of a variable whose value the adapter reads at the start: `VALUE_FROM_MONGO_URI=<reference>` gives LibreChat `MONGO_URI`.
 *
 * A reference is a `valueFrom` of ECS: the ARN of an SSM parameter, or the ARN of a Secrets Manager secret, optionally followed by
 * `:json-field:version-stage:version-id`.
 */
export const VALUE_FROM = 'VALUE_FROM_';

/** Variables for the adapter. They are not passed on to LibreChat. */
export const ADAPTER = {
  /** Reference to the generated secret from which the values of `DERIVED_SECRETS` are derived. */
  rootSecret: 'ADAPTER_ROOT_SECRET',
  /** Reference to DocumentDB's credentials: JSON with `username`, `password`, `host` and `port`. */
  databaseSecret: 'ADAPTER_DATABASE_SECRET',
  /** Reference to a secret that holds a JSON object with one field per variable of LibreChat. */
  environmentSecret: 'ADAPTER_ENVIRONMENT_SECRET',
  /**
   * Endpoint for the adapter's own calls to AWS, set by the emulator. `AWS_ENDPOINT_URL` is LibreChat's: with S3-compatible storage, it is
   * not AWS.
   */
  awsEndpointUrl: 'ADAPTER_AWS_ENDPOINT_URL',
  /** Name of the SSM parameter with the public URL, if there is no domain. */
  urlParameter: 'ADAPTER_URL_PARAMETER',
  /** Bucket and key of `librechat.yaml`. */
  configBucket: 'ADAPTER_CONFIG_BUCKET',
  configKey: 'ADAPTER_CONFIG_KEY',
  /** Name of the SSM parameter with the newest release of LibreChat that has served. */
  releaseParameter: 'ADAPTER_RELEASE_PARAMETER',
  /** JSON with timings for tests: `{"lingerMs":300}`. */
  testOverrides: 'ADAPTER_TEST_OVERRIDES',
} as const;

/** Secrets that must not change, with their length in bytes. LibreChat reads them in hexadecimal. */
export const DERIVED_SECRETS: Readonly<Record<string, number>> = {
  CREDS_KEY: 32,
  CREDS_IV: 16,
  JWT_SECRET: 32,
  JWT_REFRESH_SECRET: 32,
};

/** Variables of LibreChat that `environment` can override. */
export const DEFAULT_VARIABLES: Readonly<Record<string, string>> = {
  // One process serves many requests: it keeps one core busy with some 20 queries in flight.
  MONGO_MAX_POOL_SIZE: '20',
  MONGO_MAX_IDLE_TIME_MS: '60000',
  MCP_INIT_FOLLOWER_RETRY_MS: '100',
  STREAM_DELTA_COALESCE_MS: '25',
  CONSOLE_JSON: 'true',
  DEBUG_LOGGING: 'false',
  SEARCH: 'false',
};

/** Variables of LibreChat that are required on Lambda and cannot be overridden. */
export const FIXED_VARIABLES: Readonly<Record<string, string>> = {
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  TRUST_PROXY: '2',
  LOG_TO_FILE: 'false',
  USE_REDIS_STREAMS: 'true',
  FILE_UPLOAD_SSE_ENABLED: 'true',
  STREAM_KEEP_COMPLETED_JOBS: 'true',
  GENERATION_PROTOCOL_VERSION: '2',
  REDIS_RETRY_MAX_ATTEMPTS: '0',
  // One request's error must not end all others. The worker then takes no more requests, and is replaced.
  CONTINUE_ON_UNCAUGHT_EXCEPTION: 'true',
};
