/** Timings in milliseconds and sizes in bytes. Relay and worker of one release use the same. */
export interface QueueSettings {
  /** A worker renews its lease this often. */
  readonly beatMs: number;
  /** A lease ends this long after the last beat, by the clock of Redis. */
  readonly leaseMs: number;
  /** The longest that a worker blocks for a hint. */
  readonly popMs: number;
  /** A request that nobody has claimed is enqueued again this often. */
  readonly enqueueAgainMs: number;
  /** A claimed request is silent for so long: the relay looks at the worker's lease. */
  readonly silenceMs: number;
  /** The longest that a request waits to be claimed. */
  readonly waitMs: number;
  /** How long a relay whose start of a worker was refused waits for the workers there are. */
  readonly refusedGraceMs: number;
  /** A start of a worker counts as under way for so long, unless renewed. */
  readonly startMs: number;
  /** A worker that failed to start keeps others from being started for so long. */
  readonly brokenMs: number;
  /** Lifetimes of keys. */
  readonly requestTtlMs: number;
  readonly claimedTtlMs: number;
  readonly responseTtlMs: number;
  readonly streamTtlMs: number;
  /** Lifetime of what belongs to a finished request. */
  readonly finishedTtlMs: number;
  /** A relay that reads nothing of what is unread for so long is dead. */
  readonly deadRelayMs: number;
  /** A worker that waits for a large body asks for it again this often. */
  readonly wantAgainMs: number;
  /** Connecting to Redis, TLS and AUTH included. */
  readonly connectMs: number;
  /** A reply that takes longer than this (and than the command may block): the connection is thrown away. */
  readonly replyMs: number;
  /** A new request fails if Redis cannot be reached for so long. */
  readonly unreachableMs: number;
  /** A response under way, and a worker, survive an outage of Redis of this length. */
  readonly outageMs: number;
  /** A connection idle for longer is not used again: it may have died in a frozen environment. */
  readonly idleConnectionMs: number;
  /** How often a worker asks whether a slow relay has read on: the first and the longest pause. */
  readonly pollMs: number;
  readonly maxPollMs: number;
  /** The most of a response that may be unread. */
  readonly windowBytes: number;
  /** The largest frame. */
  readonly frameBytes: number;
  /** Larger request bodies stay in the relay until a worker asks for them. */
  readonly inlineBodyBytes: number;
}

export const DEFAULT_SETTINGS: QueueSettings = {
  beatMs: 1_000,
  leaseMs: 4_000,
  popMs: 1_000,
  enqueueAgainMs: 1_000,
  silenceMs: 5_000,
  waitMs: 110_000,
  refusedGraceMs: 2_000,
  startMs: 15_000,
  brokenMs: 10_000,
  requestTtlMs: 130_000,
  claimedTtlMs: 960_000,
  responseTtlMs: 60_000,
  streamTtlMs: 960_000,
  finishedTtlMs: 10_000,
  deadRelayMs: 60_000,
  wantAgainMs: 2_000,
  connectMs: 2_000,
  replyMs: 2_000,
  unreachableMs: 2_300,
  outageMs: 10_000,
  idleConnectionMs: 30_000,
  pollMs: 2,
  maxPollMs: 250,
  windowBytes: 256 * 1024,
  frameBytes: 64 * 1024,
  inlineBodyBytes: 64 * 1024,
};

const TIMES = Object.keys(DEFAULT_SETTINGS).filter((name) => name.endsWith('Ms')) as (keyof QueueSettings)[];

/** All times divided by the factor, for tests. Connecting and replies keep theirs: a busy machine is no faster. */
export function scaledSettings(factor: number, overrides: Partial<QueueSettings> = {}): QueueSettings {
  const unscaled: (keyof QueueSettings)[] = ['connectMs', 'replyMs', 'unreachableMs', 'outageMs', 'pollMs', 'maxPollMs'];
  const scaled = TIMES.filter((name) => !unscaled.includes(name)).map((name) => [name, Math.ceil(DEFAULT_SETTINGS[name] / factor)]);
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(scaled) as Partial<QueueSettings>, ...overrides };
}
