import { RELAY } from '../../src/contract/relay';
import type { QueueSettings } from '../queue';
import type { RetryOptions } from '../shared/aws';

export interface RelaySettings extends RetryOptions {
  /** A response is broken off this long before the function's timeout: after 890 of 900 seconds. */
  readonly endBeforeTimeoutMs: number;
  /** What fits Lambda's limit for an event. */
  readonly maxBodyBytes: number;
  /**
   * The longest that init waits for secrets and Redis; what takes longer goes on beside the first request. With the time
   * after which Redis counts as unreachable, less than the 3 s within which a cold relay must give a 503.
   */
  readonly initMs: number;
  /** How long connecting to Lambda may take. */
  readonly startConnectMs: number;
  /** How long a worker may take to show that it has its event: a cold start of a large image, and init run twice. */
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
  // Together less than 3 s too.
  awsAttempts: 2,
  awsTimeoutMs: 1_200,
  awsRetryMs: 100,
};

/** The settings, with those of a test in their place. */
export function readSettings(environment: NodeJS.ProcessEnv): RelaySettings {
  const overrides = environment[RELAY.testOverrides];
  return { ...DEFAULTS, ...(overrides ? (JSON.parse(overrides) as Partial<RelaySettings>) : {}) };
}
