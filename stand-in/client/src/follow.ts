import { createParser } from 'eventsource-parser';
import { type Generation, messagesOf, openStream, statusOf } from './api';
import { type Frame, FrameReader } from './frames';
import { type ReplyView, showStatus } from './view';

/** Pauses before the stream is reopened, and the longer pause before the sequence starts over. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000];
const LONG_PAUSE_MS = 30_000;
const UNVERIFIED_PAUSE_MS = 250;
const MISSING_PAUSE_MS = 1_000;

/**
 * End of a stream: with the reply; in order but without the reply; by a broken connection; with a final frame that the status does not
 * confirm; or before it started, because the job does not exist although its status is running.
 */
type End = 'finished' | 'ended' | 'broken' | 'unverified' | 'missing';

/** Shows a reply while it streams; reopens the stream with `resume=true` when the connection breaks. */
export async function followReply(generation: Generation, resume: boolean, view: ReplyView): Promise<void> {
  const reader = new FrameReader(view);
  reader.resumed = resume;
  let attempts = 0;
  for (;;) {
    const end = await follow(generation, reader, view, () => { attempts = 0; });
    // The page does not notice an orderly end without a final frame: it waits, and does not reconnect.
    if (end === 'finished' || end === 'ended') return;
    reader.resumed = true;
    if (end === 'unverified' || end === 'missing') {
      await pause(end === 'missing' ? MISSING_PAUSE_MS : UNVERIFIED_PAUSE_MS);
    } else if (attempts < PAUSES_MS.length) {
      showStatus('The connection broke. Reconnecting…');
      await pause(PAUSES_MS[attempts++]);
    } else if (await isOver(generation)) {
      return showStored(generation, view);
    } else {
      await pause(LONG_PAUSE_MS);
      attempts = 0;
    }
  }
}

async function follow(generation: Generation, reader: FrameReader, view: ReplyView, opened: () => void): Promise<End> {
  let response: Response;
  try {
    response = await openStream(generation, reader.resumed);
    // A response with any status counts as a connection: after an error status, the stream is reopened each second, without limit.
    opened();
    if (response.status === 404 || response.status === 409) {
      if (response.status === 404 && !await isOver(generation)) return 'missing';
      await showStored(generation, view);
      return 'finished';
    }
    if (!response.ok) return 'broken';
    showStatus('');
    return await readFrames(response.body!, generation, reader, view);
  } catch (error) {
    console.warn(`stream: ${(error as Error).message}`);
    return 'broken';
  }
}

async function readFrames(body: ReadableStream<Uint8Array>, generation: Generation, reader: FrameReader, view: ReplyView): Promise<End> {
  for await (const { name, frame } of framesOf(body)) {
    if (name !== 'error' && !frame.final) {
      reader.read(frame);
      continue;
    }
    // The page ignores a final frame that the status contradicts.
    if (!await isOver(generation)) return 'unverified';
    if (name === 'error') {
      view.finish(frame.error ?? 'The reply failed.');
    } else {
      view.replace(frame.responseMessage!.text);
      view.finish(frame.aborted ? 'Stopped.' : undefined);
    }
    return 'finished';
  }
  return 'ended';
}

async function isOver({ conversationId }: Generation): Promise<boolean> {
  return statusOf(conversationId).then(({ active }) => active === false, () => false);
}

/** The stream no longer exists: shows the saved reply. */
async function showStored({ conversationId }: Generation, view: ReplyView): Promise<void> {
  const last = (await messagesOf(conversationId)).at(-1);
  if (last && !last.isCreatedByUser) view.replace(last.text);
  view.finish();
}

/** Frames as they arrive. */
async function* framesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<{ name: string; frame: Frame }> {
  const frames: { name: string; frame: Frame }[] = [];
  const parser = createParser({
    onEvent: ({ event = 'message', data }) => frames.push({ name: event, frame: JSON.parse(data) as Frame }),
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
    yield* frames.splice(0);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
