import type { RetryOptions } from './aws';
import { ADAPTER } from '../../src/contract/variables';

const DEFAULTS = {
  /** Time for LibreChat to save after the last generation has ended. */
  graceMs: 2_000,
  /** Chats are aborted this long before the deadline, so that the partial replies are saved. */
  abortBeforeDeadlineMs: 20_000,
  /** Requests in flight are interrupted this long before the deadline. */
  endBeforeDeadlineMs: 8_000,

  heartbeatMs: 15_000,
  /** Maximum time without an event of LibreChat in a stream: API Gateway's idle timeout, which heartbeats prevent. */
  streamIdleMs: 300_000,

  /** Lambda stops an init after 10 s and repeats it, so the first `next()` must be earlier. */
  askForEventsAfterMs: 9_000,
  /** Time that an event waits for LibreChat to be ready. */
  readyWaitMs: 30_000,
  readyPollMs: 50,
  /** Time for a graceful shutdown of LibreChat. */
  stopMs: 1_500,

  /** Interval at which a worker checks LibreChat and its own age. */
  roundMs: 1_000,
  /** Time that a worker stays after the last request or generation, so that related requests share an invocation. */
  lingerMs: 3_000,
  /**
   * Minimum time that a worker stays after a generation has begun. LibreChat requests the title at the same time as the reply,
   * and stores it when both are complete. Where `titleTiming` is `final`, this counts from the end of the reply.
   */
  titleMs: 12_000,
  /** As `lingerMs`, for a worker that a schedule has started and that got no request. */
  tickLingerMs: 1_000,
  /** A worker is replaced after this time, so that every response has at least the rest of the function's timeout. */
  renewAfterMs: 300_000,
  /** A response to `/livez` that takes longer is slow. After `slowRounds` in succession, no further requests are taken. */
  slowMs: 1_000,
  slowRounds: 3,
  /** LibreChat is replaced if it does not respond for this time. */
  unresponsiveMs: 60_000,
  /** Shares of the function's memory at which LibreChat gets no further requests, and is replaced at once. */
  drainMemoryShare: 0.7,
  criticalMemoryShare: 0.9,
  /** Failed attempts in succession to count generations after which the worker does not wait for them. */
  metricsFailures: 10,
  /**
   * Time for which a chat is observed before its worker is considered dead: longer than a lease, so that a worker that is
   * alive has renewed it.
   */
  orphanMs: 6_000,
  /** Time without requests in flight after which LibreChat's count of generations is compared with the status of each chat. */
  miscountMs: 300_000,
  /** Time for saving aborted chats if the process is replaced at once. */
  saveMs: 5_000,

  /** Timings of the queue that differ from the defaults in `runtime/queue`. */
  queue: {} as Readonly<Record<string, number>>,

  awsAttempts: 4,
  awsTimeoutMs: 3_000,
  awsRetryMs: 100,
  /** Custom resources repeat calls that IAM denies for this time: CloudFormation sends requests seconds after it has granted permissions. */
  permissionWaitMs: 30_000,
  /** Limits for recording the release, which every start waits for: a VPC may have no route to Systems Manager. */
  recordAttempts: 2,
  recordTimeoutMs: 1_200,
  /** Time that the check of a deployment waits for the database, indexes, a snapshot, Redis, and LibreChat. */
  databaseWaitMs: 120_000,
  databaseRetryMs: 2_000,
  indexWaitMs: 300_000,
  snapshotWaitMs: 420_000,
  snapshotPollMs: 5_000,
  redisWaitMs: 30_000,
  checkStartMs: 180_000,
  /** A script for operators is ended after this time without output. */
  commandIdleMs: 60_000,
  /** Timeout and attempts for reading the status of the stack. CloudFormation throttles, and there may be no route to it. */
  stackStatusMs: 5_000,
  stackStatusAttempts: 3,
  /** Timeout for the upload of one file of the client. */
  uploadTimeoutMs: 60_000,
};

/** Timings of the adapter. */
export type Settings = typeof DEFAULTS & Pick<RetryOptions, 'awsDeniedMs'>;

/** The timings, with overrides for tests. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const overrides = environment[ADAPTER.testOverrides];
  return { ...DEFAULTS, ...(overrides ? (JSON.parse(overrides) as Partial<Settings>) : {}) };
}
