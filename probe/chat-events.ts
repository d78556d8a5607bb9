import type { IncomingMessage } from 'node:http';
import { EventParser } from './event-parser';

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
export async function* eventsOf(response: IncomingMessage): AsyncGenerator<ChatEvent | Heartbeat> {
  const parser = new EventParser();
  response.setEncoding('utf8');
  for await (const piece of response as AsyncIterable<string>) {
    const at = performance.now();
    for (const frame of parser.push(piece)) {
      yield 'comment' in frame ? { at, heartbeat: true } : { at, name: frame.name, json: JSON.parse(frame.data) };
    }
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
