/** One chat through the emulated stack, 20 tokens at 100 ms: what `npx projen demo -- --probe` printed, with a real Redis. */
export const PROBE = {
  postAnsweredMs: 13.6,
  firstEventMs: 95,
  events: 22,
  sentEveryMs: 100,
  medianGapMs: 101.2,
  heldSeconds: 4.2,
} as const;

/** The same with `--no-hold`: it printed no token, and gave up after this time. */
export const WITHOUT_HOLD = { silenceSeconds: 3 } as const;

/** Medians of `npx projen bench`: a server reached directly, and the same server behind the adapter. */
export const BENCH = {
  chunkMs: { direct: 0.36, adapter: 0.62 },
  firstByteMs: { direct: 0.66, adapter: 3.15 },
} as const;
