import { RELAY } from '../../src/contract/relay';
import type { QueueSettings } from '../queue';
import type { RetryOptions } from '../shared/aws';

export interface RelaySettings extends RetryOptions {
  /** A response is interrupted this long before the function's timeout: after 890 of 900 seconds. */
  readonly endBeforeTimeoutMs: number;
  /** Maximum size of a request body within Lambda's limit for an event. */
  readonly maxBodyBytes: number;
  /**
   * Maximum time that init waits for secrets and Redis. Afterwards, they are read concurrently with the first request. With the time
   * after which Redis counts as unreachable, less than the 3 s within which a cold relay must give a 503.
   */
  readonly initMs: number;
  /** Timeout for connecting to Lambda. */
  readonly startConnectMs: number;
  /** Timeout for the first byte of a worker: a cold start of a large image, and init run twice. */
  readonly startMs: number;
  readonly queue: Partial<QueueSettings>;
}

const DEFAULTS: RelaySettings = {
  endBeforeTimeoutMs: 10_000,
  maxBodyBytes: 6 * 1024 * 1024,
  initMs: 400,
  startConnectMs: 3_000,
  startMs: 45_000,
  queue: {},
  // Also less than 3 s in total.
  awsAttempts: 2,
  awsTimeoutMs: 1_200,
  awsRetryMs: 100,
};

/** The settings, with overrides for tests. */
export function readSettings(environment: NodeJS.ProcessEnv): RelaySettings {
  const overrides = environment[RELAY.testOverrides];
  return { ...DEFAULTS, ...(overrides ? (JSON.parse(overrides) as Partial<RelaySettings>) : {}) };
}
