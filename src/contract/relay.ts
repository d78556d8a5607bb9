/** The file below the package's root with the relay's code: compressed, it takes a third of the space. */
export const RELAY_ARCHIVE = 'assets/relay.zip';

/** Handler of the relay's function. */
export const RELAY_HANDLER = 'index.handler';

/** Environment variables that only the relay reads, beside those of the queue. */
export const RELAY = {
  /** Name or ARN of the function that workers are invocations of. */
  workerFunction: 'RELAY_WORKER_FUNCTION',
  /** Version or alias of that function. Optional. */
  workerQualifier: 'RELAY_WORKER_QUALIFIER',
  /** Maximum number of workers that accept requests at a time. */
  maxWorkers: 'RELAY_MAX_WORKERS',
  /** Bytes that each event of an event stream is padded to with a comment. Off if not set. */
  padEventsTo: 'RELAY_PAD_EVENTS_TO',
  /** Endpoint of Lambda and Secrets Manager, and of nothing else. The SDK's variables are LibreChat's. */
  awsEndpoint: 'RELAY_AWS_ENDPOINT_URL',
  /** JSON that replaces timings in tests: `{"queue":{"waitMs":1000}}`. */
  testOverrides: 'RELAY_TEST_OVERRIDES',
} as const;
