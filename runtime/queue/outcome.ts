import type { ResponseHead } from '../shared/exchange';

/** Times at which a request reached each step, in milliseconds since the epoch. */
export interface RequestTimes {
  readonly queued: number;
  readonly claimed?: number;
  readonly firstByte?: number;
}

/** A response that has begun. The queue is busy until its body is read or cancelled, or the request's signal is aborted. */
export interface QueuedResponse {
  readonly kind: 'response';
  readonly id: string;
  readonly head: ResponseHead;
  readonly worker: string;
  readonly times: RequestTimes;
  /**
   * The body. Throws `ResponseBroken` if the response is interrupted. Data is fetched on demand. Leaving the loop early
   * notifies the worker that the response is no longer needed.
   */
  readonly body: AsyncIterable<Buffer>;
}

/** The request was not executed and may be repeated: status 503. */
export interface Unavailable {
  readonly kind: 'unavailable';
  readonly id: string;
  /**
   * `refused`: a worker could not be started. `broken`: the last worker failed to start. `timeout`: no worker claimed
   * it. `redis`: Redis is not available.
   */
  readonly reason: 'refused' | 'broken' | 'timeout' | 'redis';
  readonly message: string;
  readonly times: RequestTimes;
}

/** A worker may have executed the request, and there is no response: status 502. */
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
