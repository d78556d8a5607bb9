import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaServiceError } from './invocation';

/** What an invocation gave; a function's error is an answer too. */
export interface InvokeAnswer {
  readonly payload: Buffer;
  readonly functionError?: string;
}

export interface EventQueueProps {
  readonly invoke: (payload: Buffer, requestId: string) => Promise<InvokeAnswer>;
  /** A time of the platform, in milliseconds of this emulation. */
  readonly limit: (milliseconds: number) => number;
  readonly onRetry?: (reason: string) => void;
}

const MINUTE_MS = 60_000;

/** How long Lambda waits before the second and before the third attempt. */
const RETRIES_MS = [MINUTE_MS, 2 * MINUTE_MS];

/** While a function has no concurrency left: twice as long each time, and not for ever. */
const THROTTLED = { firstMs: 1_000, longestMs: 5 * MINUTE_MS, ageMs: 6 * 60 * MINUTE_MS };

/**
 * The events for a function that nobody waits for: those that fail are tried again, under the same request id.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class EventQueue {
  /** How often an event that failed is tried again. */
  public retryAttempts = RETRIES_MS.length;

  private readonly pending = new Set<Promise<InvokeAnswer>>();
  private readonly closing = new AbortController();

  public constructor(private readonly props: EventQueueProps) {}

  /** Takes an event; resolves with what the last attempt gave. */
  public accept(payload: Buffer): Promise<InvokeAnswer> {
    const ended = this.attempt(payload, randomUUID());
    this.pending.add(ended);
    void ended.catch(() => undefined).finally(() => this.pending.delete(ended));
    return ended;
  }

  public get busy(): boolean {
    return this.pending.size > 0;
  }

  /** Resolves when no event of now is left. */
  public async drained(): Promise<void> {
    await Promise.allSettled(this.pending);
  }

  /** Lets go of the events that wait. */
  public close(): void {
    this.closing.abort();
  }

  private async attempt(payload: Buffer, requestId: string): Promise<InvokeAnswer> {
    for (let failures = 0; ;) {
      const answer = await this.onceNotThrottled(payload, requestId);
      if (!answer.functionError || failures >= this.retryAttempts || this.closing.signal.aborted) return answer;
      const wait = this.props.limit(RETRIES_MS[failures++]);
      this.props.onRetry?.(`${answer.payload.toString()}; it is tried again in ${Math.round(wait / 1000)} s`);
      if (!await this.wait(wait)) return answer;
    }
  }

  private async onceNotThrottled(payload: Buffer, requestId: string): Promise<InvokeAnswer> {
    const { limit, invoke } = this.props;
    const end = Date.now() + limit(THROTTLED.ageMs);
    for (let wait = THROTTLED.firstMs; ; wait = Math.min(2 * wait, THROTTLED.longestMs)) {
      try {
        return await invoke(payload, requestId);
      } catch (error) {
        if (!(error instanceof LambdaServiceError)) throw error;
        if (Date.now() < end && await this.wait(limit(wait))) continue;
        return { payload: Buffer.from(JSON.stringify({ errorType: error.code, errorMessage: error.message })), functionError: 'Unhandled' };
      }
    }
  }

  /** False when there is nothing to wait for any more. */
  private async wait(milliseconds: number): Promise<boolean> {
    return sleep(milliseconds, true, { signal: this.closing.signal }).catch(() => false);
  }
}
