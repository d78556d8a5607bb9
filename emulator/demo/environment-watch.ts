import type { EnvironmentPhase, EventStream, TimedEvent } from '../events';

/** From when to when an environment was held, in milliseconds since the epoch; without an end it still is. */
interface Hold {
  readonly from: number;
  until?: number;
}

/** A request, and the environment that answered it. */
export interface WatchedRequest {
  readonly environment: number;
  readonly method: string;
  readonly path: string;
  readonly at: number;
}

/** Follows what the execution environments do. */
export class EnvironmentWatch {
  private readonly phases = new Map<string, EnvironmentPhase>();
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
    return this.until((phases) => phases.every((phase) => phase === 'frozen' || phase === 'dead'));
  }

  /** Resolves as soon as one that is running already could take another request. */
  oneIsFree(): Promise<void> {
    return this.until((phases) => phases.includes('frozen'));
  }

  /** The requests that began since then and were answered. */
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

  private async until(condition: (phases: EnvironmentPhase[]) => boolean): Promise<void> {
    while (!condition([...this.phases.values()])) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  private receive(event: TimedEvent): void {
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
    this.phases.set(environment, event.phase);
    this.waiting.forEach((resolve) => resolve());
    this.waiting.clear();
  }
}
