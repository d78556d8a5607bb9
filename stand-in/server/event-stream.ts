import type { Response } from 'express';
import type { EarlyEvents } from './early-events';
import type { EventTransport, StreamMessage } from './event-transport';
import { type ChatEvent, type Job, type JobStore, type RunStep, runStepsIn, textOf } from './job-store';
import { PROTOCOL_HEADER, protocolOf } from './protocol';

export interface StreamParts {
  readonly jobs: JobStore;
  readonly transport: EventTransport;
  readonly early: EarlyEvents;
  /** Interval in milliseconds of comments in silent streams; LibreChat up to v0.8.8 sends none. */
  readonly keepAliveMs?: number;
}

/**
 * Streams a job's events to one client until its end. With `resume`, the client first receives a snapshot of everything generated
 * so far. Without it, the generating process replays its early events. Another process has nothing to replay:
 * it creates a `created` event, and events before the subscription are lost.
 */
export async function streamEvents(job: Job, resume: boolean, res: Response, { jobs, transport, early, keepAliveMs }: StreamParts): Promise<void> {
  const generationProtocolVersion = protocolOf(res.req);
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Content-Encoding': 'identity',
    'Cache-Control': 'no-cache, no-transform',
    'Connection': 'keep-alive',
    'X-Accel-Buffering': 'no',
    [PROTOCOL_HEADER]: String(generationProtocolVersion),
  });
  res.flushHeaders();
  if (keepAliveMs) {
    const timer = setInterval(() => res.write(':\n\n'), keepAliveMs);
    res.on('close', () => clearInterval(timer));
  }

  const send = (event: ChatEvent, name = 'message') => {
    if (!res.writableEnded && !res.destroyed) res.write(`event: ${name}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  /** Sequence number that the client has received, by snapshot or replay. */
  let sent = 0;
  let created = false;
  const sendCreatedOnce = (event: ChatEvent) => {
    if (event.created && created) return;
    created ||= Boolean(event.created);
    send(event);
  };
  const deliver = (message: StreamMessage) => {
    if (message.type === 'event') {
      if (message.sequence > sent) sendCreatedOnce(message.event);
      return;
    }
    if (message.type === 'end') send({ ...message.event, generationProtocolVersion });
    else send({ error: message.message, generationProtocolVersion }, 'error');
    res.end();
  };

  const isFirst = !transport.hasSubscriber(job.id);
  // Subscribes before reading, and delays new events until the replay has been sent, so that no event is sent twice.
  let waiting: StreamMessage[] | undefined = [];
  const unsubscribe = await transport.subscribe(job.id, (message) => (waiting ? waiting.push(message) : deliver(message)));
  res.on('close', unsubscribe);
  if (res.destroyed) return unsubscribe();

  const current = await jobs.get(job.id);
  if (current && current.generation !== job.generation) return void res.destroy();
  if (!resume && early.overflowed(job.generation)) return void res.destroy();
  const replay = isFirst || resume ? early.take(job.generation) : [];
  if (resume) {
    const events = current?.status === 'running' ? await jobs.events(job.id) : [];
    send({ sync: true, resumeState: resumeStateOf(job, events), pendingEvents: [] });
    sent = events.length;
  } else if (replay.length) {
    replay.forEach(sendCreatedOnce);
    sent = replay.length;
  } else if (isFirst) {
    sendCreatedOnce({ created: true, message: job.userMessage, streamId: job.id });
  }
  waiting.forEach(deliver);
  waiting = undefined;
  if (res.writableEnded) return;
  if (!current) deliver({ type: 'error', message: 'The generation job has expired' });
  else if (current.failure !== undefined) deliver({ type: 'error', message: current.failure });
  else if (current.finalEvent) deliver({ type: 'end', event: current.finalEvent });
}

/** State from which a client that missed the start can show a reply. There is none after the end. */
export function resumeStateOf(job: Job, events: ChatEvent[]) {
  const { sender, isCreatedByUser, ...userMessage } = job.userMessage;
  const text = textOf(events);
  return {
    runSteps: runStepsIn(events) as RunStep[],
    aggregatedContent: text ? [{ type: 'text', text }] : [],
    userMessage,
    responseMessageId: job.responseMessageId,
    conversationId: job.id,
    sender: 'Stand-in',
  };
}
