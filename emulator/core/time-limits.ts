import type { Readable } from 'node:stream';
import { sequentialStream } from './sequential-stream';

/** A time limit was exceeded. */
export class TimedOut extends Error {}

/** The promise's result, or TimedOut if it takes longer than the given time. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(`no result within ${milliseconds} ms`)), milliseconds);
    // A pending limit must not keep the process alive.
    timer.unref();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Aborts a body when the gap between two chunks exceeds `gap`, or at `deadline`. */
export function withTimeLimits(body: Readable, gap: number, deadline = Infinity): Readable {
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return sequentialStream(body, () => within(Math.max(0, Math.min(gap, deadline - Date.now(), LONGEST_TIMER)), pieces.next()));
}

/** Maximum delay of a timer in Node.js; a longer one fires immediately. */
export const LONGEST_TIMER = 2 ** 31 - 1;
