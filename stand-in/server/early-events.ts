import type { ChatEvent } from './job-store';

/** LibreChat's limit, so that a generation without a client does not fill the memory. */
const MOST_EVENTS = 5_000;

/**
 * Events of a generation before a client subscribes, in the process that generates.
 * The first subscriber receives them once; afterwards, and after an overflow, no events are kept.
 */
export class EarlyEvents {
  private readonly generations = new Map<string, { events: ChatEvent[]; closed: boolean; overflowed: boolean }>();

  open(generation: string): void {
    this.generations.set(generation, { events: [], closed: false, overflowed: false });
  }

  add(generation: string, event: ChatEvent): void {
    const kept = this.generations.get(generation);
    if (!kept || kept.closed) return;
    kept.events.push(event);
    if (kept.events.length > MOST_EVENTS) Object.assign(kept, { events: [], closed: true, overflowed: true });
  }

  /** The events for the first subscriber; empty for other subscribers and in other processes. */
  take(generation: string): ChatEvent[] {
    const kept = this.generations.get(generation);
    if (!kept) return [];
    const { events } = kept;
    Object.assign(kept, { events: [], closed: true });
    return events;
  }

  /** Whether events were dropped before a client subscribed: only a resumed stream can show the whole reply then. */
  overflowed(generation: string): boolean {
    return this.generations.get(generation)?.overflowed ?? false;
  }

  forget(generation: string): void {
    this.generations.delete(generation);
  }
}
