import type { ChatEvent } from './job-store';

/** As LibreChat's: a generation that nobody attaches to must not fill the memory. */
const MOST_EVENTS = 5_000;

/**
 * What a generation published before anybody attached to its stream, in the process that generates and nowhere else.
 * The first subscriber gets it once; from then on, and after an overflow, nothing is kept.
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

  /** The events for the first subscriber; empty for every other one, and in every other process. */
  take(generation: string): ChatEvent[] {
    const kept = this.generations.get(generation);
    if (!kept) return [];
    const { events } = kept;
    Object.assign(kept, { events: [], closed: true });
    return events;
  }

  /** Events were thrown away before anybody came: only a resume can show the response whole. */
  overflowed(generation: string): boolean {
    return this.generations.get(generation)?.overflowed ?? false;
  }

  forget(generation: string): void {
    this.generations.delete(generation);
  }
}
