import { ADAPTER } from '../../src/contract/variables';

const DEFAULTS = {
  /** Whether an environment stays awake for the generation that a chat request left behind. Only tests switch it off. */
  hold: true,
  /** How long a hold goes on after the last generation: the answer and the title are still being saved. */
  graceMs: 2_000,
  /** The hold after routes whose work is not counted in `generation_jobs_in_flight`. */
  shortHoldMs: 5_000,
  holdPollMs: 150,
  /** The chat of a hold is aborted this long before the deadline, so that the partial answer is saved. */
  abortBeforeDeadlineMs: 20_000,
  /** A response is over, and a hold too, this long before the deadline. */
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

  awsAttempts: 4,
  awsTimeoutMs: 3_000,
  awsRetryMs: 100,
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
