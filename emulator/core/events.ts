import { EventEmitter } from 'node:events';
import type { EmulatorEvent, NoticeEvent, TimedEvent } from './event-types';

export type * from './event-types';

/** The emulator's event stream, read by its log, the command line and the live view. */
export class EventStream {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  public emit(event: EmulatorEvent): void {
    this.emitter.emit('event', { ...event, at: Date.now() });
  }

  /** Calls `listener` with every event from now on; returns a function that unsubscribes. */
  public subscribe(listener: (event: TimedEvent) => void): () => void {
    this.emitter.on('event', listener);
    return () => this.emitter.off('event', listener);
  }

  public notice(message: string, level: NoticeEvent['level'] = 'info'): void {
    this.emit({ type: 'notice', level, message });
  }
}
