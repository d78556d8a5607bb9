import { createParser } from 'eventsource-parser';
import { type Generation, messagesOf, openStream, statusOf } from './api';
import { type Frame, FrameReader } from './frames';
import { type ResponseView, showStatus } from './view';

/** Pauses before the stream is opened again, and the longer one after which all of that begins anew. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000];
const LONG_PAUSE_MS = 30_000;
const UNVERIFIED_PAUSE_MS = 250;
const MISSING_PAUSE_MS = 1_000;

/**
 * How a stream came to its end: with the response, in order but without it, by breaking off, with a final frame that the
 * status does not confirm, or before it began, for a job that is not to be found although it is said to run.
 */
type End = 'finished' | 'ended' | 'broken' | 'unverified' | 'missing';

/** Shows a response while it streams; opens the stream again, with `resume=true`, when it breaks off. */
export async function followResponse(generation: Generation, resume: boolean, view: ResponseView): Promise<void> {
  const reader = new FrameReader(view);
  reader.resumed = resume;
  let attempts = 0;
  for (;;) {
    const end = await follow(generation, reader, view, () => { attempts = 0; });
    // An orderly end without a final frame goes unnoticed: the page waits, and opens nothing again.
    if (end === 'finished' || end === 'ended') return;
    reader.resumed = true;
    if (end === 'unverified' || end === 'missing') {
      await pause(end === 'missing' ? MISSING_PAUSE_MS : UNVERIFIED_PAUSE_MS);
    } else if (attempts < PAUSES_MS.length) {
      showStatus('The stream broke off. Connecting again…');
      await pause(PAUSES_MS[attempts++]);
    } else if (await isOver(generation)) {
      return showStored(generation, view);
    } else {
      await pause(LONG_PAUSE_MS);
      attempts = 0;
    }
  }
}

async function follow(generation: Generation, reader: FrameReader, view: ResponseView, opened: () => void): Promise<End> {
  let response: Response;
  try {
    response = await openStream(generation, reader.resumed);
    // Headers of any status count as a connection: an error is tried again each second, without end.
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

async function readFrames(body: ReadableStream<Uint8Array>, generation: Generation, reader: FrameReader, view: ResponseView): Promise<End> {
  for await (const { name, frame } of framesOf(body)) {
    if (name !== 'error' && !frame.final) {
      reader.read(frame);
      continue;
    }
    // The page believes no terminal frame that the status contradicts.
    if (!await isOver(generation)) return 'unverified';
    if (name === 'error') {
      view.finish(frame.error ?? 'The response failed.');
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

/** The stream is gone: what counts is what was saved. */
async function showStored({ conversationId }: Generation, view: ResponseView): Promise<void> {
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
