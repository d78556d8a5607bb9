import type { Response } from 'express';
import type { EventTransport, StreamMessage } from './event-transport';
import { type ChatEvent, type Job, type JobStore, textOf } from './job-store';

/**
 * Streams a job's events to one client until its end. With `resume` the client first gets all that has been generated so far;
 * without it, as in LibreChat, what was published before the subscription is lost.
 */
export async function streamEvents(job: Job, resume: boolean, res: Response, jobs: JobStore, transport: EventTransport): Promise<void> {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Content-Encoding': 'identity',
    'Cache-Control': 'no-cache, no-transform',
    'Connection': 'keep-alive',
    'X-Accel-Buffering': 'no',
  });
  res.flushHeaders();

  const send = (event: ChatEvent, name = 'message') => {
    if (!res.writableEnded && !res.destroyed) res.write(`event: ${name}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  let sent = 0;
  const deliver = (message: StreamMessage) => {
    if (message.type === 'event') {
      if (message.sequence > sent) send(message.event);
      return;
    }
    if (message.type === 'end') send(message.event);
    else send({ error: message.message }, 'error');
    res.end();
  };

  // Subscribed before anything is read, and held back until that is sent: so nothing is missed and nothing comes twice.
  let waiting: StreamMessage[] | undefined = [];
  const unsubscribe = await transport.subscribe(job.id, (message) => (waiting ? waiting.push(message) : deliver(message)));
  res.on('close', unsubscribe);
  if (res.destroyed) return unsubscribe();

  const current = await jobs.get(job.id);
  if (resume) {
    const events = await jobs.events(job.id);
    send({ sync: true, resumeState: resumeStateOf(job, events), pendingEvents: [] });
    sent = events.length;
  }
  waiting.forEach(deliver);
  waiting = undefined;
  if (res.writableEnded) return;
  if (!current) deliver({ type: 'error', message: 'The generation job has expired' });
  else if (current.finalEvent) deliver({ type: 'end', event: current.finalEvent });
}

/** What a client needs to draw an answer that it did not see begin. */
export function resumeStateOf(job: Job, events: ChatEvent[]) {
  return {
    runSteps: [],
    aggregatedContent: [{ type: 'text', text: textOf(events) }],
    userMessage: job.userMessage,
    responseMessageId: job.responseMessageId,
    conversationId: job.id,
    sender: 'Stand-in',
  };
}
