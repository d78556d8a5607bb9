import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaServiceError, type LambdaErrorCode } from './lambda-errors';

/** The result of an invocation: a payload or a function error. */
export interface InvokeResult {
  readonly payload: Buffer;
  readonly functionError?: string;
  /** The execution environment that responded. */
  readonly environmentId?: number;
}

/** The properties that all attempts share. */
export interface QueuedInvocation {
  readonly requestId: string;
  readonly traceHeader?: string;
  readonly version?: string;
  readonly arn?: string;
}

export interface EventQueueProps {
  readonly invoke: (payload: Buffer, options: QueuedInvocation) => Promise<InvokeResult>;
  /** Scales a platform duration to emulated milliseconds. */
  readonly limit: (milliseconds: number) => number;
  readonly onRetry?: (reason: string) => void;
  readonly onDropped?: (reason: string) => void;
}

const MINUTE_MS = 60_000;

/** Delays before the second and the third attempt. */
const RETRIES_MS = [MINUTE_MS, 2 * MINUTE_MS];

/** Backoff for throttled events. */
const THROTTLED = { firstMs: 1_000, longestMs: 5 * MINUTE_MS, ageMs: 6 * 60 * MINUTE_MS };

/** Errors after which Lambda keeps the event in the queue. Events of a recursive loop are dropped. */
const TEMPORARY: readonly LambdaErrorCode[] = ['TooManyRequestsException', 'ResourceNotReadyException', 'CodeArtifactUserPendingException'];

/**
 * The queue of asynchronous invocations. Failed events are retried with the same request id.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class EventQueue {
  private retryAttempts = RETRIES_MS.length;
  private maxAgeMs = THROTTLED.ageMs;

  private readonly pending = new Set<Promise<InvokeResult>>();
  private readonly closing = new AbortController();

  public constructor(private readonly props: EventQueueProps) {}

  /** Sets the number of retries of a failed event, and the age at which a waiting event is dropped, or their defaults. */
  public configure({ retryAttempts, maxAgeMs }: { readonly retryAttempts?: number; readonly maxAgeMs?: number }): void {
    this.retryAttempts = retryAttempts ?? RETRIES_MS.length;
    this.maxAgeMs = maxAgeMs ?? THROTTLED.ageMs;
  }

  /** Adds an event; resolves to the result of the last attempt. */
  public accept(payload: Buffer, options: Omit<QueuedInvocation, 'requestId'> = {}): Promise<InvokeResult> {
    const ended = this.process(payload, { requestId: randomUUID(), ...options });
    this.pending.add(ended);
    void ended.catch(() => undefined).finally(() => this.pending.delete(ended));
    return ended;
  }

  public get busy(): boolean {
    return this.pending.size > 0;
  }

  /** Resolves when all current events have been processed. */
  public async drained(): Promise<void> {
    await Promise.allSettled(this.pending);
  }

  /** Discards waiting events. */
  public close(): void {
    this.closing.abort();
  }

  private async process(payload: Buffer, options: QueuedInvocation): Promise<InvokeResult> {
    try {
      return await this.attempt(payload, options);
    } catch (error) {
      if (!(error instanceof LambdaServiceError)) throw error;
      this.props.onDropped?.(`${error.code}: ${error.message}`);
      return { payload: Buffer.from(JSON.stringify({ errorType: error.code, errorMessage: error.message })), functionError: 'Unhandled' };
    }
  }

  private async attempt(payload: Buffer, options: QueuedInvocation): Promise<InvokeResult> {
    for (let failures = 0; ;) {
      const result = await this.onceAvailable(payload, options);
      if (!result.functionError || failures >= this.retryAttempts || this.closing.signal.aborted) return result;
      const wait = this.props.limit(RETRIES_MS[failures++]);
      this.props.onRetry?.(`${result.payload.toString()}; retry in ${Math.round(wait / 1000)} s`);
      if (!await this.wait(wait)) return result;
    }
  }

  private async onceAvailable(payload: Buffer, options: QueuedInvocation): Promise<InvokeResult> {
    const { limit, invoke } = this.props;
    const end = Date.now() + limit(this.maxAgeMs);
    for (let wait = THROTTLED.firstMs; ; wait = Math.min(2 * wait, THROTTLED.longestMs)) {
      try {
        return await invoke(payload, options);
      } catch (error) {
        if (!(error instanceof LambdaServiceError)) throw error;
        if (!TEMPORARY.includes(error.code) || Date.now() >= end || !await this.wait(limit(wait))) throw error;
      }
    }
  }

  /** Resolves to false if the queue was closed. */
  private async wait(milliseconds: number): Promise<boolean> {
    return sleep(milliseconds, true, { signal: this.closing.signal }).catch(() => false);
  }
}
