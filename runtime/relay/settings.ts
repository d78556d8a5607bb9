import { RELAY } from '../../src/contract/relay';
import type { RetryOptions } from '../shared/aws';
import type { QueueSettings } from '../queue';

export interface RelaySettings extends RetryOptions {
  /** A response is broken off this long before the function's timeout: after 890 of 900 seconds. */
  readonly endBeforeTimeoutMs: number;
  /** What fits Lambda's limit for an event. */
  readonly maxBodyBytes: number;
  /** How long connecting to Lambda may take. */
  readonly startConnectMs: number;
  /** How long a worker may take to show that it has its event: a cold start of a large image, and init run twice. */
  readonly startMs: number;
  readonly queue: Partial<QueueSettings>;
}

const DEFAULTS: RelaySettings = {
  endBeforeTimeoutMs: 10_000,
  maxBodyBytes: 6 * 1024 * 1024,
  startConnectMs: 3_000,
  startMs: 45_000,
  queue: {},
  // Together less than the time within which a request must have a response where Redis cannot be used.
  awsAttempts: 2,
  awsTimeoutMs: 1_200,
  awsRetryMs: 100,
};

/** The settings, with those of a test in their place. */
export function readSettings(environment: NodeJS.ProcessEnv): RelaySettings {
  const overrides = environment[RELAY.testOverrides];
  return { ...DEFAULTS, ...(overrides ? (JSON.parse(overrides) as Partial<RelaySettings>) : {}) };
}
