import type Redis from 'ioredis';

const RUNNING_SECONDS = 20 * 60;
const KEPT_SECONDS = 5 * 60;

export type JobStatus = 'running' | 'complete' | 'aborted' | 'error';

/** The JSON of a frame. */
export type ChatEvent = Readonly<Record<string, unknown>>;

export interface Message {
  readonly messageId: string;
  readonly parentMessageId: string | null;
  readonly conversationId: string;
  readonly sender: string;
  readonly text: string;
  readonly isCreatedByUser: boolean;
  readonly unfinished?: boolean;
  readonly error?: boolean;
}

/** A generation, running or completed. Its id is that of its conversation. */
export interface Job {
  readonly id: string;
  /** Distinguishes this generation from an earlier one of the same conversation. */
  readonly generation: string;
  readonly userId: string;
  readonly createdAt: number;
  readonly userMessage: Message;
  readonly responseMessageId: string;
  readonly status: JobStatus;
  /** Reason why the reply cannot be generated. */
  readonly problem?: string;
  readonly finalEvent?: ChatEvent;
  /** Reason why the generation failed; sent to clients instead of the final event. */
  readonly failure?: string;
}

/** The jobs and their events, in Redis, so that every process can read them. */
export class JobStore {
  constructor(private readonly redis: Redis, private readonly keepCompleted: boolean) {}

  async create(job: Job): Promise<void> {
    await this.redis.multi()
      .del(key(job.id, 'events'), key(job.id, 'ended'))
      .set(key(job.id, 'job'), JSON.stringify(job), 'EX', RUNNING_SECONDS)
      .sadd(jobsOf(job.userId), job.id)
      .expire(jobsOf(job.userId), RUNNING_SECONDS)
      .exec();
  }

  async get(id: string): Promise<Job | undefined> {
    const job = await this.redis.get(key(id, 'job'));
    return job ? JSON.parse(job) as Job : undefined;
  }

  /** Stores the event for later subscribers. */
  async append(id: string, event: ChatEvent): Promise<void> {
    await this.redis.multi().rpush(key(id, 'events'), JSON.stringify(event)).expire(key(id, 'events'), RUNNING_SECONDS).exec();
  }

  async events(id: string): Promise<ChatEvent[]> {
    return (await this.redis.lrange(key(id, 'events'), 0, -1)).map((event) => JSON.parse(event) as ChatEvent);
  }

  /**
   * Ends the job once, although the generator and an abort may both try. Returns false to the second one, and to
   * a generator that a new generation of the conversation has replaced.
   */
  async end(job: Job, status: Exclude<JobStatus, 'running'>, finalEvent: ChatEvent, failure?: string): Promise<boolean> {
    const current = await this.get(job.id);
    if (current?.generation !== job.generation) return false;
    if (await this.redis.set(key(job.id, 'ended'), status, 'EX', KEPT_SECONDS, 'NX') !== 'OK') return false;
    const ending = this.redis.multi().srem(jobsOf(job.userId), job.id);
    if (this.keepCompleted) {
      ending.set(key(job.id, 'job'), JSON.stringify({ ...job, status, finalEvent, failure }), 'EX', KEPT_SECONDS);
      ending.expire(key(job.id, 'events'), KEPT_SECONDS);
    } else {
      ending.del(key(job.id, 'job'), key(job.id, 'events'));
    }
    await ending.exec();
    return true;
  }

  /** The job of an earlier request with the same id; undefined if this is the first one. */
  async claim(userId: string, clientRequestId: string, job: Pick<Job, 'id' | 'createdAt'>): Promise<Pick<Job, 'id' | 'createdAt'> | undefined> {
    const name = `stream:request:${userId}:${clientRequestId}`;
    if (await this.redis.set(name, JSON.stringify(job), 'EX', RUNNING_SECONDS, 'NX') === 'OK') return undefined;
    return JSON.parse((await this.redis.get(name)) ?? 'null') ?? undefined;
  }

  async active(userId: string): Promise<string[]> {
    return this.redis.smembers(jobsOf(userId));
  }
}

/** The text of the events so far. */
export function textOf(events: ChatEvent[]): string {
  return events.map(deltaOf).join('');
}

/** A part of a reply that deltas refer to. The page ignores deltas of unknown steps. */
export interface RunStep {
  readonly id: string;
  readonly runId: string;
  readonly type: 'message_creation';
  readonly index: 0;
}

/** The frame for a reply's only step. */
export function runStep(id: string, runId: string): ChatEvent {
  const step: RunStep = { id, runId, type: 'message_creation', index: 0 };
  return { event: 'on_run_step', data: { ...step, stepDetails: { type: step.type, message_creation: { message_id: runId } } } };
}

export function runStepsIn(events: ChatEvent[]): RunStep[] {
  return events.filter(({ event }) => event === 'on_run_step').map(({ data }) => data as RunStep);
}

/** The frame for one token. */
export function delta(stepId: string, text: string): ChatEvent {
  return { event: 'on_message_delta', data: { id: stepId, delta: { content: [{ type: 'text', text }] } } };
}

function deltaOf(event: ChatEvent): string {
  if (event.event !== 'on_message_delta') return '';
  const { delta: { content } } = event.data as { delta: { content: { text: string }[] } };
  return content.map(({ text }) => text).join('');
}

const key = (id: string, part: string) => `stream:${id}:${part}`;
const jobsOf = (userId: string) => `stream:user:${userId}`;
