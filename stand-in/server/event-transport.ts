import type Redis from 'ioredis';
import type { ChatEvent } from './job-store';

/** Messages from the generating process to the streaming ones. */
export type StreamMessage =
  | { readonly type: 'event'; readonly sequence: number; readonly event: ChatEvent }
  | { readonly type: 'end'; readonly event: ChatEvent }
  | { readonly type: 'error'; readonly message: string };

type Handler = (payload: string) => void;

/** Sends events to other processes by Redis' publish and subscribe. */
export class EventTransport {
  private readonly handlers = new Map<string, Set<Handler>>();
  /** ioredis adds its prefix to keys only, not to channels. */
  private readonly prefix: string;

  constructor(private readonly publisher: Redis, private readonly subscriber: Redis) {
    this.prefix = publisher.options.keyPrefix ?? '';
    subscriber.on('message', (channel: string, payload: string) => {
      this.handlers.get(channel)?.forEach((handle) => handle(payload));
    });
  }

  async publish(streamId: string, message: StreamMessage): Promise<void> {
    await this.publisher.publish(this.events(streamId), JSON.stringify(message));
  }

  /** Resolves when the subscription is active, to a function that ends it. */
  subscribe(streamId: string, receive: (message: StreamMessage) => void): Promise<() => void> {
    return this.listen(this.events(streamId), (payload) => receive(JSON.parse(payload) as StreamMessage));
  }

  /** Whether a client of this process streams these events. */
  hasSubscriber(streamId: string): boolean {
    return this.handlers.has(this.events(streamId));
  }

  /** Tells the generating process to stop. */
  async requestAbort(streamId: string, generation: string): Promise<void> {
    await this.publisher.publish(this.aborts(streamId), generation);
  }

  onAbort(streamId: string, abort: (generation: string) => void): Promise<() => void> {
    return this.listen(this.aborts(streamId), abort);
  }

  private async listen(channel: string, handler: Handler): Promise<() => void> {
    const handlers = this.handlers.get(channel) ?? new Set();
    this.handlers.set(channel, handlers.add(handler));
    await this.subscriber.subscribe(channel);
    return () => {
      handlers.delete(handler);
      if (handlers.size || this.handlers.get(channel) !== handlers) return;
      this.handlers.delete(channel);
      this.subscriber.unsubscribe(channel).catch(() => undefined); // Fails only if the connection is closed, which ends the subscription too.
    };
  }

  private events(streamId: string): string {
    return `${this.prefix}stream:${streamId}:events`;
  }

  private aborts(streamId: string): string {
    return `${this.prefix}stream:${streamId}:abort`;
  }
}
