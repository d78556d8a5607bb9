import { drawnEvent, type DrawnEvent } from './drawn-event';
import type { EventStream, TimedEvent } from '../../emulator/core/events';

const MOST = 500;

/** The events for a page that connects later: the latest ones, and the last earlier phase of each environment. */
export class History {
  private readonly phases = new Map<string, DrawnEvent>();
  private readonly recent: DrawnEvent[] = [];
  private readonly unsubscribe: () => void;

  public constructor(events: EventStream, past: readonly TimedEvent[] = []) {
    past.forEach((event) => this.remember(event));
    this.unsubscribe = events.subscribe((event) => this.remember(event));
  }

  public get events(): DrawnEvent[] {
    return [...this.phases.values(), ...this.recent];
  }

  public dispose(): void {
    this.unsubscribe();
  }

  private remember(event: TimedEvent): void {
    const drawn = drawnEvent(event);
    if (!drawn) return;
    this.recent.push(drawn);
    if (this.recent.length <= MOST) return;
    const old = this.recent.shift()!;
    if (old.type !== 'environment') return;
    const environment = `${old.function} ${old.environment}`;
    if (old.phase === 'dead') this.phases.delete(environment);
    else this.phases.set(environment, old);
  }
}
