import { openStream } from './api';
import { EventParser, type ServerSentEvent } from './event-parser';
import { type AnswerView, showStatus } from './view';

const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000];

interface Frame {
  readonly sync?: boolean;
  readonly resumeState?: { aggregatedContent: { text: string }[] };
  readonly event?: string;
  readonly data?: { delta: { content: { text: string }[] } };
  readonly final?: boolean;
  readonly aborted?: boolean;
  readonly responseMessage?: { text: string; error?: boolean };
  readonly error?: string;
}

/** Shows a conversation's answer while it streams, and connects again, as LibreChat's client does, when the stream breaks off. */
export async function followAnswer(conversationId: string, view: AnswerView): Promise<void> {
  for (const pause of [...PAUSES_MS, undefined]) {
    try {
      const response = await openStream(conversationId);
      if (!response) return view.finish();
      showStatus('');
      if (await show(response.body!, view)) return;
    } catch (error) {
      showStatus((error as Error).message, true);
    }
    if (pause === undefined) break;
    showStatus('The stream broke off. Connecting again…');
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  view.finish('The connection was lost. Reload the page to go on.');
}

/** Whether the answer came to its end. */
async function show(body: ReadableStream<Uint8Array>, view: AnswerView): Promise<boolean> {
  for await (const { name, data } of readEvents(body)) {
    const frame = JSON.parse(data) as Frame;
    if (name === 'error') {
      view.finish(frame.error ?? 'The answer failed.');
      return true;
    }
    if (frame.sync) view.replace(frame.resumeState!.aggregatedContent.map(({ text }) => text).join(''));
    if (frame.event === 'on_message_delta') frame.data!.delta.content.forEach(({ text }) => view.append(text));
    if (frame.final) {
      view.replace(frame.responseMessage!.text);
      view.finish(frame.aborted ? 'Stopped.' : undefined);
      return true;
    }
  }
  return false;
}

/** Events as they arrive. */
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    yield* parser.push(decoder.decode(value, { stream: true }));
  }
}
