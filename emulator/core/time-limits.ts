import type { Readable } from 'node:stream';
import { pull } from './sequential-stream';

/** A time limit was passed. */
export class TimedOut extends Error {}

/** The promise, or TimedOut after so many milliseconds. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(`nothing came in ${milliseconds} ms`)), milliseconds);
    // A limit alone must not keep the emulator alive.
    timer.unref();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A body that breaks off where a gap between two of its pieces is longer than `gap`, or all of it lasts until after `deadline`. */
export function limited(body: Readable, gap: number, deadline = Infinity): Readable {
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return pull(body, () => within(Math.max(0, Math.min(gap, deadline - Date.now(), LONGEST_TIMER)), pieces.next()));
}

/** More than this, and a timer fires at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;
