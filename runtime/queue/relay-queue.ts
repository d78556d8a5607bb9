import { Connection } from './connection';
import { RedisAccess } from './endpoint';
import { eventOf, messageOf } from './errors';
import { Names } from './names';
import type { QueueOptions } from './options';
import type { Outcome } from './outcome';
import { Sealing } from './sealing';
import { DEFAULT_SETTINGS, type QueueSettings } from './settings';
import { Starts, type StartWorker } from './starts';
import { Submission } from './submission';
import type { RequestHead } from '../shared/exchange';

export interface RelayQueueOptions extends QueueOptions {
  readonly startWorker: StartWorker;
  /** Number of requests that one worker serves at a time. */
  readonly capacity: number;
  /** Maximum number of workers that accept requests at a time. */
  readonly maxWorkers: number;
}

export interface SubmitOptions {
  /** The chat that the request refers to. The request is routed to the worker that generates it. */
  readonly streamId?: string;
  /** Aborted when the client disconnects. */
  readonly signal?: AbortSignal;
  /** Maximum time that the request waits for a worker. Overrides the settings. */
  readonly waitMs?: number;
}

/** The relay's side of the queue. It has one connection, and handles one request at a time. */
export class RelayQueue {
  private readonly settings: QueueSettings;
  private readonly connection: Connection;
  private readonly names: Names;
  private readonly sealing: Sealing;
  private readonly starts: Starts;
  private busy = false;

  public constructor(private readonly options: RelayQueueOptions) {
    this.settings = { ...DEFAULT_SETTINGS, ...options.settings };
    this.connection = new Connection(new RedisAccess(options.redis, options.readRedisAgain), this.settings);
    this.names = new Names(options.prefix, options.release);
    this.sealing = new Sealing(options.sealingSecret);
    this.starts = new Starts(options.startWorker);
  }

  /**
   * Connects ahead of the first request. Fails with `RedisUnsuitable`, `RedisDenied` or `RedisUnreachable`. The next
   * request tries again.
   */
  public async connect(): Promise<void> {
    try {
      // Trimming by id requires Redis 6.2.
      await this.connection.repeat(() => this.connection.send('XTRIM', [this.names.response('-'), 'MINID', '1-0']), this.settings.unreachableMs);
    } catch (error) {
      this.report(error);
      throw error;
    }
  }

  /** Queues a request, starts a worker if necessary, and waits until the response begins. */
  public async submit(head: RequestHead, body: Buffer, options: SubmitOptions = {}): Promise<Outcome> {
    if (this.busy) throw new Error('a RelayQueue handles one request at a time: read the previous response to its end first');
    this.busy = true;
    const submission = new Submission({
      head,
      body,
      options,
      connection: this.connection,
      names: this.names,
      sealing: this.sealing,
      settings: this.settings,
      starts: this.starts,
      capacity: this.options.capacity,
      maxWorkers: this.options.maxWorkers,
      log: this.options.log,
      report: (error) => this.report(error),
      done: () => { this.busy = false; },
    });
    return submission.outcome();
  }

  /** Resolves when no start of a worker is in progress. Until then, the process must not be frozen. */
  public settled(): Promise<void> {
    return this.starts.settled();
  }

  public close(): void {
    this.connection.close();
  }

  private report(error: unknown): void {
    this.options.log.error(eventOf(error), { message: messageOf(error) });
  }
}
