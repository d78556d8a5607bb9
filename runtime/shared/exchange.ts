import type { Readable } from 'node:stream';

/** The head of a request, as HTTP/1.1 sends it. */
export interface RequestHead {
  readonly method: string;
  /** With the query string, percent-encoded. */
  readonly path: string;
  /** Names and values in turn, in the order received; repeated names stay repeated. */
  readonly headers: readonly string[];
  readonly bodyLength: number;
}

export interface ResponseHead {
  readonly statusCode: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

/** One request and the response to it. */
export interface Exchange {
  readonly id: string;
  readonly head: RequestHead;
  /** The request's body, fetched when it is read. */
  readonly body: Readable;
  /** Aborted when the response is no longer needed. Later writes are discarded. */
  readonly gone: AbortSignal;
  start(head: ResponseHead): Promise<void>;
  /** Resolves when more may be written. */
  write(chunk: Buffer): Promise<void>;
  /** Ends the response. Resolves when it is stored where the client's side can read all of it. */
  end(): Promise<void>;
  /** Before `start()`, the client gets a 502. Afterwards, the response is interrupted. */
  fail(reason: string): Promise<void>;
}

/** Source of a worker's requests. */
export interface RequestSource {
  /** Id of this worker in the log lines of relays and workers. */
  readonly worker: string;
  /** Aborted when the source has ended: after `leave()` or `close()`, or because it has failed. The reason says why. */
  readonly ends: AbortSignal;
  /** The next request, or undefined once the source has ended. Every exchange must be ended or failed. */
  take(): Promise<Exchange | undefined>;
  /**
   * How many more requests this worker may take, besides those that `take()` returned already. Each one that `take()`
   * returns uses one place, until the next call. 0: only requests for the worker's own streams.
   */
  setFree(places: number): void;
  /**
   * Routes requests for the chat to this worker, which generates it. Must have resolved before a frame with the id is
   * written.
   */
  generating(streamId: string): Promise<void>;
  /** Whether the worker that started the chat has ended, so that no worker generates it any more. */
  orphaned(streamId: string): Promise<boolean>;
  /**
   * Renewal: reports no free places. The worker still takes requests until another worker is open for them, then
   * only those for its own streams.
   */
  retire(): void;
  /** To be called when idle. False if a request waits, and the worker must continue. True if it gets no further requests. */
  leave(): Promise<boolean>;
  /** Ends the source, even if requests wait. Exchanges that are not finished fail. */
  close(): Promise<void>;
}
