import { randomUUID } from 'node:crypto';
import { messageOf } from './errors';

/** The result of starting a worker. */
export type Started = 'started' | { readonly refused: string };

/** Starts a worker, which passes the id to `WorkerQueue.reportStarted`. Resolves when the worker runs or the start has failed. */
export type StartWorker = (startId: string) => Promise<Started>;

/** One start of a worker by this relay. */
export interface Start {
  readonly id: string;
  /** True until the worker runs or the start has failed. */
  readonly underWay: boolean;
  /** The reason for a failed start. */
  readonly refused?: string;
}

/** The starts of workers by this relay. */
export class Starts {
  private readonly running = new Set<Promise<void>>();
  private refused: string[] = [];

  public constructor(private readonly startWorker: StartWorker) {}

  /** Id for a possible start. Redis decides whether to start. */
  public newId(): string {
    return randomUUID();
  }

  public begin(id: string, onRefused: () => void): Start {
    const start: { id: string; underWay: boolean; refused?: string } = { id, underWay: true };
    const running = (async () => {
      let result: Started;
      try {
        result = await this.startWorker(id);
      } catch (error) {
        result = { refused: messageOf(error) };
      }
      start.underWay = false;
      if (result === 'started') return;
      start.refused = result.refused;
      this.refused.push(id);
      onRefused();
    })().finally(() => this.running.delete(running));
    this.running.add(running);
    return start;
  }

  /** Returns the refused starts that Redis still counts. The caller must remove them from Redis. */
  public takeRefused(): string[] {
    return this.refused.splice(0);
  }

  public async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
