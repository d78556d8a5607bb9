import type { ResponseHead } from '../shared/exchange';

/** When a request reached each step, in milliseconds since the epoch. */
export interface RequestTimes {
  readonly queued: number;
  readonly claimed?: number;
  readonly firstByte?: number;
}

/** A response that has begun. Its body must be read or left, or the request's signal aborted: until then the queue is taken. */
export interface QueuedResponse {
  readonly kind: 'response';
  readonly id: string;
  readonly head: ResponseHead;
  readonly worker: string;
  readonly times: RequestTimes;
  /**
   * The body. Throws `ResponseBroken` where the response does not go on. What is not pulled is not fetched. Leaving the
   * loop early tells the worker that nobody waits.
   */
  readonly body: AsyncIterable<Buffer>;
}

/** Not executed, so it may be sent again: 503. */
export interface Unavailable {
  readonly kind: 'unavailable';
  readonly id: string;
  /**
   * `refused`: a worker could not be started. `broken`: the last worker failed to start. `timeout`: no worker claimed
   * it. `redis`: Redis cannot be used.
   */
  readonly reason: 'refused' | 'broken' | 'timeout' | 'redis';
  readonly message: string;
  readonly times: RequestTimes;
}

/** A worker had it, or may have had it, and there is no response: 502. */
export interface Failed {
  readonly kind: 'failed';
  readonly id: string;
  readonly message: string;
  readonly worker?: string;
  readonly times: RequestTimes;
}

/** The caller's signal was aborted before the response began. */
export interface Aborted {
  readonly kind: 'aborted';
  readonly id: string;
  readonly times: RequestTimes;
}

export type Outcome = QueuedResponse | Unavailable | Failed | Aborted;
