import type { EnvironmentEvent, EventStream, TimedEvent } from '../emulator/core/events';

/** From when to when an environment was held, in milliseconds since the epoch; without an end it still is. */
interface Hold {
  readonly from: number;
  until?: number;
}

/** A request, and the environment that served it. */
export interface WatchedRequest {
  readonly environment: number;
  readonly method: string;
  readonly path: string;
  readonly at: number;
}

/** Follows what the execution environments do. */
export class EnvironmentWatch {
  /** The last event of each environment. */
  private readonly latest = new Map<string, EnvironmentEvent>();
  /** The functions that serve requests; the publisher does not. */
  private readonly serving = new Set<string>();
  private readonly holds: Hold[] = [];
  private readonly holding = new Map<string, Hold>();
  private readonly requests: WatchedRequest[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly unsubscribe: () => void;

  constructor(events: EventStream) {
    this.unsubscribe = events.subscribe((event) => this.receive(event));
  }

  /** Resolves as soon as no environment runs or is held. */
  settled(): Promise<void> {
    return this.until((latest) => latest.every(({ phase }) => phase === 'frozen' || phase === 'dead'));
  }

  /** Resolves as soon as one that is running already could take another request. */
  oneIsFree(): Promise<void> {
    return this.until((latest) => latest.some(({ phase, function: name }) => phase === 'frozen' && this.serving.has(name)));
  }

  /** The requests that started since then and have a response. */
  requestsSince(time: number): WatchedRequest[] {
    return this.requests.filter(({ at }) => at >= time).sort((a, b) => a.at - b.at);
  }

  /** How long environments were held since then, in milliseconds, all holds together. */
  heldSince(time: number): number {
    return this.holds.filter(({ from }) => from >= time).reduce((sum, { from, until = Date.now() }) => sum + until - from, 0);
  }

  dispose(): void {
    this.unsubscribe();
  }

  private async until(condition: (latest: EnvironmentEvent[]) => boolean): Promise<void> {
    while (!condition([...this.latest.values()])) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  private receive(event: TimedEvent): void {
    if (event.type === 'response' && event.function !== undefined) this.serving.add(event.function);
    if (event.type === 'request' && event.environment !== undefined) {
      const { method, path, environment, at, milliseconds } = event;
      this.requests.push({ method, path, environment, at: at - milliseconds });
    }
    if (event.type !== 'environment') return;
    const environment = `${event.function} ${event.environment}`;
    const ended = this.holding.get(environment);
    if (ended) ended.until = event.at;
    this.holding.delete(environment);
    if (event.phase === 'held') {
      const hold = { from: event.at };
      this.holds.push(hold);
      this.holding.set(environment, hold);
    }
    this.latest.set(environment, event);
    this.waiting.forEach((resolve) => resolve());
    this.waiting.clear();
  }
}
