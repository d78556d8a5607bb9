import { ADAPTER } from '../../src/contract/variables';

const DEFAULTS = {
  /** How long LibreChat may go on saving after the last generation has ended. */
  graceMs: 2_000,
  /** Chats are aborted this long before the deadline, so that the partial replies are saved. */
  abortBeforeDeadlineMs: 20_000,
  /** What is in flight then is broken off. */
  endBeforeDeadlineMs: 8_000,

  heartbeatMs: 15_000,
  /** How long LibreChat may say nothing in an event stream: as long as API Gateway would wait without heartbeats. */
  streamIdleMs: 300_000,

  /** Lambda ends an init after 10 s and begins it again, so events are asked for before that. */
  askForEventsAfterMs: 9_000,
  /** How long an event waits for LibreChat's readiness. */
  readyWaitMs: 30_000,
  readyPollMs: 50,
  /** How long LibreChat may take to end in order. */
  stopMs: 1_500,

  /** How often a worker looks at LibreChat and at its own time. */
  roundMs: 1_000,
  /** How long a worker stays after the last request or generation, so that related requests share an invocation. */
  lingerMs: 3_000,
  /**
   * How long a worker stays at least once a generation has begun. LibreChat requests the title at the same time as the reply,
   * and stores it when both are complete. Where `titleTiming` is `final`, this counts from the end of the reply.
   */
  titleMs: 12_000,
  /** The same where a schedule started the worker and no request came. */
  tickLingerMs: 1_000,
  /** A worker gives way to a new one after this time, so that every response has at least the rest of the function's. */
  renewAfterMs: 300_000,
  /** A response to `/livez` that takes longer counts as slow; after so many in succession no further requests are taken. */
  slowMs: 1_000,
  slowRounds: 3,
  /** LibreChat that does not respond at all for so long is replaced. */
  unresponsiveMs: 60_000,
  /** Shares of the function's memory at which LibreChat gets no further requests, and is replaced at once. */
  drainMemoryShare: 0.7,
  criticalMemoryShare: 0.9,
  /** After so many failures in succession to count generations, the worker does not wait for them. */
  metricsFailures: 10,
  /**
   * How long a chat is watched before it is taken for one whose worker has died: longer than a lease, so that a worker that lives
   * has renewed it.
   */
  orphanMs: 6_000,
  /** After so long with nothing in flight, LibreChat's count of generations is compared with what it says of each chat. */
  miscountMs: 300_000,
  /** How long aborted chats may take to be saved where the process is replaced at once. */
  saveMs: 5_000,

  /** Timings of the queue that are not as `runtime/queue` has them. */
  queue: {} as Readonly<Record<string, number>>,

  awsAttempts: 4,
  awsTimeoutMs: 3_000,
  awsRetryMs: 100,
  /** For the record of the release, which every start waits for: a VPC may have no route to Systems Manager. */
  recordAttempts: 2,
  recordTimeoutMs: 1_200,
  /** How long the check of a deployment waits for the database, for indexes, for a snapshot, for Redis, and for LibreChat. */
  databaseWaitMs: 120_000,
  databaseRetryMs: 2_000,
  indexWaitMs: 300_000,
  snapshotWaitMs: 420_000,
  snapshotPollMs: 5_000,
  redisWaitMs: 30_000,
  checkStartMs: 180_000,
  /** A script for operators that says nothing for so long is ended. */
  commandIdleMs: 60_000,
  /** How long CloudFormation may take to tell the status of the stack, and how often it is asked, since it throttles. There may be no route to it. */
  stackStatusMs: 5_000,
  stackStatusAttempts: 3,
  /** How long one file of the client may take to the bucket. */
  uploadTimeoutMs: 60_000,
};

/** Timings of the adapter. */
export type Settings = typeof DEFAULTS;

/** The timings, with those of a test in their place. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const overrides = environment[ADAPTER.testOverrides];
  return { ...DEFAULTS, ...(overrides ? (JSON.parse(overrides) as Partial<Settings>) : {}) };
}
