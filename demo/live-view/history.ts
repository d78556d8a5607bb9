import type { EventStream, TimedEvent } from '../../emulator/core/events';

const MOST = 500;

/** What a picture needs to know that is drawn only now: the last events, and the last phase of each environment before them. */
export class History {
  private readonly phases = new Map<string, TimedEvent>();
  private readonly recent: TimedEvent[] = [];
  private readonly unsubscribe: () => void;

  public constructor(events: EventStream, past: readonly TimedEvent[] = []) {
    past.forEach((event) => this.remember(event));
    this.unsubscribe = events.subscribe((event) => this.remember(event));
  }

  public get events(): TimedEvent[] {
    return [...this.phases.values(), ...this.recent];
  }

  public dispose(): void {
    this.unsubscribe();
  }

  private remember(event: TimedEvent): void {
    if (!isDrawn(event)) return;
    this.recent.push(event);
    if (this.recent.length <= MOST) return;
    const old = this.recent.shift()!;
    if (old.type !== 'environment') return;
    const environment = `${old.function} ${old.environment}`;
    if (old.phase === 'dead') this.phases.delete(environment);
    else this.phases.set(environment, old);
  }
}

/** Whether the picture shows it: what a function logs or asks of AWS may be private. */
export function isDrawn({ type }: TimedEvent): boolean {
  return type === 'environment' || type === 'response' || type === 'request';
}
