import type { ChatClient } from './chat-client';
import { type ChatEvent, finalTextOf } from './chat-events';
import { type Pace, promptFor } from './pace';

/** The events of a stream, and its end. */
export interface Followed {
  readonly events: readonly ChatEvent[];
  /** Times of heartbeats. */
  readonly heartbeats: readonly number[];
  /** Reason for an end without a final event. */
  readonly failure?: string;
}

/** A started reply. */
export interface Started {
  readonly id: string;
  readonly postedAt: number;
  readonly returnedMs: number;
}

/** Starts a reply as the page does. */
export async function start(client: ChatClient, pace: Pace, text = promptFor(pace)): Promise<Started> {
  const postedAt = performance.now();
  const id = await client.start(text, pace);
  return { id, postedAt, returnedMs: performance.now() - postedAt };
}

/** Options for following a stream. */
export interface FollowOptions {
  /** Resumes the stream, as the page does after a broken connection. @default false - opens it as that of a new message */
  readonly resume?: boolean;
  /** Receives each event, and all events so far; reading ends when it returns true. */
  readonly onEvent?: (event: ChatEvent, events: readonly ChatEvent[]) => boolean | void;
}

/** Reads a stream until its end, an error, or `timeoutMs` without an event. */
export async function follow(
  client: ChatClient, id: string, timeoutMs: number, { resume = false, onEvent }: FollowOptions = {},
): Promise<Followed> {
  const events: ChatEvent[] = [];
  const heartbeats: number[] = [];
  const timeout = new AbortController();
  const giveUp = () => timeout.abort();
  let timer = setTimeout(giveUp, timeoutMs);
  const failed = (failure: string): Followed => ({ events, heartbeats, failure });
  try {
    for await (const item of client.stream(id, { resume, signal: timeout.signal })) {
      if ('heartbeat' in item) {
        heartbeats.push(item.at);
        continue;
      }
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeoutMs);
      events.push(item);
      if (onEvent?.(item, events)) return { events, heartbeats };
    }
    return events.some((event) => finalTextOf(event) !== undefined) ? { events, heartbeats } : failed('the stream ended without a final event');
  } catch (error) {
    return failed(timeout.signal.aborted ? `no event for ${timeoutMs / 1000} s` : (error as Error).message);
  } finally {
    clearTimeout(timer);
    timeout.abort();
  }
}
