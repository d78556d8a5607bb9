import { setTimeout as sleep } from 'node:timers/promises';
import { type Conversations, UNTITLED } from './conversations';
import type { EarlyEvents } from './early-events';
import type { EventTransport } from './event-transport';
import { type ChatEvent, delta, type Job, type JobStatus, type JobStore, type Message, runStep, textOf } from './job-store';
import type { Log } from './log';
import type { Metrics } from './metrics';
import { type Pace, tokensFor } from './pace';

/** Dependencies of a generator. */
export interface GeneratorParts {
  readonly jobs: JobStore;
  readonly transport: EventTransport;
  readonly early: EarlyEvents;
  readonly conversations: Conversations;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Generates replies in the background of this process, independent of the requests that started them. */
export class Generator {
  constructor(private readonly parts: GeneratorParts) {}

  /** Starts a generation; when this resolves, the job can be streamed and aborted from any process. */
  async start(job: Job, pace: Pace): Promise<void> {
    const { early, jobs, metrics, transport, log } = this.parts;
    const abort = new AbortController();
    metrics.jobsInFlight.inc({ store: 'redis' });
    let forget = () => {};
    early.open(job.generation);
    const titled = sleep(pace.titleMs);
    try {
      forget = await transport.onAbort(job.id, (generation) => generation === job.generation && abort.abort());
      await jobs.create(job);
    } catch (error) {
      metrics.jobsInFlight.dec({ store: 'redis' });
      early.forget(job.generation);
      throw error;
    }
    void this.generate(job, pace, abort.signal)
      .catch((error: Error) => this.fail(job, abort.signal, error))
      .finally(() => {
        metrics.jobsInFlight.dec({ store: 'redis' });
        early.forget(job.generation);
        forget();
      })
      // LibreChat saves after the end of its job: a process that is frozen now loses the title.
      .then(async (ended) => { if (ended) await this.saveConversation(job, pace, titled); })
      .catch((error: Error) => log('error', `generation: ${error.message}`, { streamId: job.id }));
  }

  /** Ends a job in any process, and keeps its text so far. */
  async abort(job: Job): Promise<void> {
    const { jobs, transport } = this.parts;
    await transport.requestAbort(job.id, job.generation);
    await this.end(job, 'aborted', { unfinished: true, text: textOf(await jobs.events(job.id)) });
  }

  private async generate(job: Job, pace: Pace, signal: AbortSignal): Promise<boolean> {
    if (job.problem) throw new Error(job.problem);
    const tokens = tokensFor(job.userMessage.text, pace);
    const stepId = `step_${job.generation}`;
    await this.parts.conversations.addMessages(job.userId, job.id, job.userMessage);
    await this.emit(job, 1, { created: true, message: job.userMessage, streamId: job.id });
    for (const [index, token] of tokens.entries()) {
      if (index === pace.failAfter) throw new Error('the model failed');
      const silence = index === Math.floor(tokens.length / 2) ? pace.silenceMs : 0;
      await sleep(pace.gapMs + silence, undefined, { signal });
      if (index === 0) await this.emit(job, 2, runStep(stepId, job.responseMessageId));
      await this.emit(job, index + 3, delta(stepId, token));
    }
    return this.end(job, 'complete', { text: tokens.join('') });
  }

  /** Stores an event before publishing it: a client that subscribes before it reads misses nothing. */
  private async emit(job: Job, sequence: number, event: ChatEvent): Promise<void> {
    this.parts.early.add(job.generation, event);
    await this.parts.jobs.append(job.id, event);
    await this.parts.transport.publish(job.id, { type: 'event', sequence, event });
  }

  private async fail(job: Job, signal: AbortSignal, error: Error): Promise<boolean> {
    if (signal.aborted) return true; // The abort ends the job.
    const text = textOf(await this.parts.jobs.events(job.id));
    return this.end(job, 'error', { text, error: true, unfinished: true }, error.message);
  }

  /** Messages are saved before the final event, because clients read them after it. */
  private async end(job: Job, status: Exclude<JobStatus, 'running'>, reply: Partial<Message>, failure?: string): Promise<boolean> {
    const { jobs, conversations, transport } = this.parts;
    const { id: conversationId, userMessage, responseMessageId: messageId } = job;
    const responseMessage: Message = {
      messageId, conversationId, parentMessageId: userMessage.messageId, sender: 'Stand-in', text: '', isCreatedByUser: false, ...reply,
    };
    const final = {
      final: true,
      conversation: { conversationId },
      requestMessage: userMessage,
      responseMessage,
      ...(status === 'aborted' ? { aborted: true } : {}),
    };
    if (!await jobs.end(job, status, final, failure)) return false;
    await conversations.addMessages(job.userId, conversationId, responseMessage);
    await transport.publish(job.id, failure === undefined ? { type: 'end', event: final } : { type: 'error', message: failure });
    return true;
  }

  private async saveConversation({ id: conversationId, userId, userMessage: { text } }: Job, { saveMs }: Pace, titled: Promise<void>): Promise<void> {
    const { conversations } = this.parts;
    await sleep(saveMs);
    await conversations.save(userId, { conversationId, title: UNTITLED, updatedAt: new Date().toISOString() });
    await titled;
    const title = text.length > 40 ? `${text.slice(0, 39)}…` : text;
    await conversations.giveTitle(userId, conversationId, title);
  }
}
