/** Timings in milliseconds and sizes in bytes. Relay and worker of one release use the same. */
export interface QueueSettings {
  /** Interval at which a worker renews its lease. */
  readonly beatMs: number;
  /** Duration of a lease after the last renewal, by the clock of Redis. */
  readonly leaseMs: number;
  /** Maximum time that a worker blocks for a hint. */
  readonly popMs: number;
  /** Interval at which an unclaimed request is enqueued again. */
  readonly enqueueAgainMs: number;
  /** Time without a frame after which the relay checks the worker's lease. */
  readonly silenceMs: number;
  /** Maximum time that a request waits to be claimed. */
  readonly waitMs: number;
  /** Time that a relay whose start of a worker was refused waits for running workers. */
  readonly refusedGraceMs: number;
  /** Lifetime of a start of a worker, unless it is renewed. */
  readonly startMs: number;
  /** Time after a failed start in which no other worker is started. */
  readonly brokenMs: number;
  /** Lifetimes of keys. */
  readonly requestTtlMs: number;
  readonly claimedTtlMs: number;
  readonly responseTtlMs: number;
  readonly streamTtlMs: number;
  /** Lifetime of the keys of a finished request. */
  readonly finishedTtlMs: number;
  /** Time after which a relay that reads no unread frames is considered dead. */
  readonly deadRelayMs: number;
  /** Interval at which a worker that waits for a large body asks for it again. */
  readonly wantAgainMs: number;
  /** Timeout for connecting to Redis, including TLS and AUTH. */
  readonly connectMs: number;
  /** Timeout for a reply, in addition to the time for which the command may block. The connection is then dropped. */
  readonly replyMs: number;
  /** Time without Redis after which a new request fails. */
  readonly unreachableMs: number;
  /** Outage of Redis that workers and responses in progress survive. */
  readonly outageMs: number;
  /** Idle time after which a connection is not used again, since it may have died in a frozen environment. */
  readonly idleConnectionMs: number;
  /** First and longest pause between a worker's queries whether a slow relay has read further frames. */
  readonly pollMs: number;
  readonly maxPollMs: number;
  /** Maximum unread bytes of a response. */
  readonly windowBytes: number;
  /** Maximum size of a frame. */
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

/** All times divided by the factor, for tests, except those for connecting and replies, which depend on the machine. */
export function scaledSettings(factor: number, overrides: Partial<QueueSettings> = {}): QueueSettings {
  const unscaled: (keyof QueueSettings)[] = ['connectMs', 'replyMs', 'unreachableMs', 'outageMs', 'pollMs', 'maxPollMs'];
  const scaled = TIMES.filter((name) => !unscaled.includes(name)).map((name) => [name, Math.ceil(DEFAULT_SETTINGS[name] / factor)]);
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(scaled) as Partial<QueueSettings>, ...overrides };
}
