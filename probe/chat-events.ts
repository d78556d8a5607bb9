import type { Readable } from 'node:stream';
import { createParser } from 'eventsource-parser';

/** An event of a chat's stream. */
export interface ChatEvent {
  /** When it arrived, as of `performance.now()`. */
  readonly at: number;
  readonly name: string;
  readonly json: any;
}

/** A sign of life between events. */
export interface Heartbeat {
  readonly at: number;
  readonly heartbeat: true;
}

/** What comes over the stream, as it arrives, until the server ends it. */
export async function* eventsOf(body: Readable): AsyncGenerator<ChatEvent | Heartbeat> {
  const arrived: (ChatEvent | Heartbeat)[] = [];
  let at = 0;
  const parser = createParser({
    onEvent: ({ event = 'message', data }) => arrived.push({ at, name: event, json: JSON.parse(data) }),
    onComment: () => arrived.push({ at, heartbeat: true }),
  });
  body.setEncoding('utf8');
  for await (const piece of body as AsyncIterable<string>) {
    at = performance.now();
    parser.feed(piece);
    yield* arrived.splice(0);
  }
}

/** The text that an event adds to the answer; undefined where it carries none. */
export function tokenOf({ json }: ChatEvent): string | undefined {
  if (json.event !== 'on_message_delta') return undefined;
  return textOf([json.data?.delta?.content].flat());
}

/** The text so far, with which a stream that is resumed begins. */
export function resumedTextOf({ json }: ChatEvent): string | undefined {
  if (!json.sync) return undefined;
  const missed: { json: any }[] = (json.pendingEvents ?? []).map((event: unknown) => ({ json: event }));
  return textOf(json.resumeState?.aggregatedContent) + missed.map((event) => tokenOf(event as ChatEvent) ?? '').join('');
}

/** The whole answer, which the last event repeats. */
export function finalTextOf({ json }: ChatEvent): string | undefined {
  if (!json.final) return undefined;
  return json.responseMessage?.text || textOf(json.responseMessage?.content);
}

/** The text that these events make. */
export function joined(events: readonly ChatEvent[]): string {
  return events.reduce((text, event) => resumedTextOf(event) ?? text + (tokenOf(event) ?? ''), '');
}

function textOf(parts: { text?: string | { value?: string } }[] = []): string {
  return parts.map((part) => (typeof part?.text === 'string' ? part.text : part?.text?.value ?? '')).join('');
}
