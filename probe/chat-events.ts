import type { Readable } from 'node:stream';
import { createParser } from 'eventsource-parser';

/** An event of a chat's stream. */
export interface ChatEvent {
  /** Time of arrival, from `performance.now()`. */
  readonly at: number;
  readonly name: string;
  readonly json: any;
}

/** A comment in the stream that keeps the connection alive. */
export interface Heartbeat {
  readonly at: number;
  readonly heartbeat: true;
}

/** Parses events and heartbeats as they arrive, until the server ends the stream. */
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

/** The text that an event adds to the reply; undefined for other events. */
export function tokenOf({ json }: ChatEvent): string | undefined {
  if (json.event !== 'on_message_delta') return undefined;
  return textOf([json.data?.delta?.content].flat());
}

/** The text so far, in the first event of a resumed stream. */
export function resumedTextOf({ json }: ChatEvent): string | undefined {
  if (!json.sync) return undefined;
  const missed: { json: any }[] = (json.pendingEvents ?? []).map((event: unknown) => ({ json: event }));
  return textOf(json.resumeState?.aggregatedContent) + missed.map((event) => tokenOf(event as ChatEvent) ?? '').join('');
}

/** The complete reply, which the last event repeats. */
export function finalTextOf({ json }: ChatEvent): string | undefined {
  if (!json.final) return undefined;
  return json.responseMessage?.text || textOf(json.responseMessage?.content);
}

/** The text of these events. */
export function joined(events: readonly ChatEvent[]): string {
  return events.reduce((text, event) => resumedTextOf(event) ?? text + (tokenOf(event) ?? ''), '');
}

function textOf(parts: { text?: string | { value?: string } }[] = []): string {
  return parts.map((part) => (typeof part?.text === 'string' ? part.text : part?.text?.value ?? '')).join('');
}
