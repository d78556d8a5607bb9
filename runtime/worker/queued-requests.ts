import type { Requests } from './worker';
import { QUEUE, type StartEvent } from '../../src/contract/queue';
import { WorkerQueue, type QueueOptions } from '../queue';
import { given, positive, readRedis, readSecrets } from '../queue/environment';
import { Aws } from '../shared/aws';
import type { RequestSource } from '../shared/exchange';
import { log } from '../shared/log';
import { References } from '../shared/references';
import type { Settings } from '../shared/settings';

/** Requests that relays put into Redis. */
export class QueuedRequests implements Requests {
  public static async read(environment: NodeJS.ProcessEnv, settings: Settings): Promise<QueuedRequests> {
    const prefix = given(environment, QUEUE.prefix);
    const release = given(environment, QUEUE.release);
    const maxConcurrentRequests = positive(environment, QUEUE.maxConcurrentRequests);
    const secrets = await withReferences(environment, settings, (references) => readSecrets(environment, references));
    const readRedisAgain = () => withReferences(environment, settings, (references) => readRedis(environment, references));
    return new QueuedRequests({ ...secrets, readRedisAgain, prefix, release, log, settings: settings.queue }, maxConcurrentRequests);
  }

  private constructor(private readonly options: QueueOptions, public readonly maxConcurrentRequests: number) {}

  public async open({ startWorker, release }: StartEvent): Promise<RequestSource> {
    const queue = new WorkerQueue({ ...this.options, release });
    // Before the worker is registered: without free places, relays would start another one.
    queue.setFree(this.maxConcurrentRequests);
    try {
      await queue.reportStarted(startWorker);
      return queue;
    } catch (error) {
      await queue.close();
      throw error;
    }
  }

  public broken(reason: string, { startWorker, release = this.options.release }: Partial<StartEvent> = {}): Promise<void> {
    return this.tell(release, (queue) => queue.reportBroken(reason, startWorker));
  }

  public lost({ startWorker, release }: StartEvent): Promise<void> {
    return this.tell(release, (queue) => queue.withdrawStart(startWorker));
  }

  private async tell(release: string, what: (queue: WorkerQueue) => Promise<void>): Promise<void> {
    const queue = new WorkerQueue({ ...this.options, release });
    try {
      await what(queue);
    } finally {
      await queue.close();
    }
  }
}

/** Opens new connections for each read, since connections do not survive a freeze. */
async function withReferences<T>(environment: NodeJS.ProcessEnv, settings: Settings, read: (references: References) => Promise<T>): Promise<T> {
  const aws = new Aws(environment, settings);
  try {
    return await read(new References(aws));
  } finally {
    aws.close();
  }
}
