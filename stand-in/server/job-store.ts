import type Redis from 'ioredis';

const RUNNING_SECONDS = 20 * 60;
const KEPT_SECONDS = 5 * 60;

export type JobStatus = 'running' | 'complete' | 'aborted' | 'error';

/** What is streamed: a frame's JSON. */
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

/** A generation, running or kept. Its id is its conversation's. */
export interface Job {
  readonly id: string;
  /** Tells this generation from an earlier one of the same conversation. */
  readonly generation: string;
  readonly userId: string;
  readonly createdAt: number;
  readonly userMessage: Message;
  readonly responseMessageId: string;
  readonly status: JobStatus;
  readonly finalEvent?: ChatEvent;
}

/** The jobs and their events, in Redis, where every process finds them. */
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

  /** Keeps the event for those who come later. */
  async append(id: string, event: ChatEvent): Promise<void> {
    await this.redis.multi().rpush(key(id, 'events'), JSON.stringify(event)).expire(key(id, 'events'), RUNNING_SECONDS).exec();
  }

  async events(id: string): Promise<ChatEvent[]> {
    return (await this.redis.lrange(key(id, 'events'), 0, -1)).map((event) => JSON.parse(event) as ChatEvent);
  }

  /**
   * Ends the job, once: the generator and whoever aborts may both try. Returns false to the one that came second, and to
   * a generator whose conversation has gone on without it.
   */
  async end(job: Job, status: Exclude<JobStatus, 'running'>, finalEvent: ChatEvent): Promise<boolean> {
    const current = await this.get(job.id);
    if (current?.generation !== job.generation) return false;
    if (await this.redis.set(key(job.id, 'ended'), status, 'EX', KEPT_SECONDS, 'NX') !== 'OK') return false;
    const ending = this.redis.multi().srem(jobsOf(job.userId), job.id);
    if (this.keepCompleted) {
      ending.set(key(job.id, 'job'), JSON.stringify({ ...job, status, finalEvent }), 'EX', KEPT_SECONDS);
      ending.expire(key(job.id, 'events'), KEPT_SECONDS);
    } else {
      ending.del(key(job.id, 'job'), key(job.id, 'events'));
    }
    await ending.exec();
    return true;
  }

  async active(userId: string): Promise<string[]> {
    return this.redis.smembers(jobsOf(userId));
  }
}

/** The text that the events have so far. */
export function textOf(events: ChatEvent[]): string {
  return events.map(deltaOf).join('');
}

/** A frame that carries one token. */
export function delta(messageId: string, text: string): ChatEvent {
  return { event: 'on_message_delta', data: { id: messageId, delta: { content: [{ type: 'text', text }] } } };
}

function deltaOf(event: ChatEvent): string {
  if (event.event !== 'on_message_delta') return '';
  const { delta: { content } } = event.data as { delta: { content: { text: string }[] } };
  return content.map(({ text }) => text).join('');
}

const key = (id: string, part: string) => `stream:${id}:${part}`;
const jobsOf = (userId: string) => `stream:user:${userId}`;
