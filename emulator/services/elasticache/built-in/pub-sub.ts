import { globToRegExp } from './glob';
import type { Reply } from './reply';

/** Whoever can be sent a message: a connection. */
export interface Subscriber {
  push(reply: Reply): void;
}

/** The channels and patterns of one server, and who listens to them. */
export class PubSub {
  private readonly channels = new Map<string, Set<Subscriber>>();
  private readonly patterns = new Map<string, Set<Subscriber>>();

  /** Delivers the message and returns to how many. */
  publish(channel: string, message: Buffer): number {
    let receivers = 0;
    for (const subscriber of this.channels.get(channel) ?? []) {
      subscriber.push(['message', channel, message]);
      receivers++;
    }
    for (const [pattern, subscribers] of this.patterns) {
      if (!globToRegExp(pattern).test(channel)) continue;
      for (const subscriber of subscribers) {
        subscriber.push(['pmessage', pattern, channel, message]);
        receivers++;
      }
    }
    return receivers;
  }

  /** Answers each name with the number of subscriptions that the connection now has, as SUBSCRIBE does. */
  subscribe(subscriber: Subscriber, names: string[], pattern = false): void {
    const table = this.table(pattern);
    for (const name of names) {
      table.set(name, (table.get(name) ?? new Set()).add(subscriber));
      subscriber.push([pattern ? 'psubscribe' : 'subscribe', name, this.count(subscriber)]);
    }
  }

  /** Without names: from all of the kind. */
  unsubscribe(subscriber: Subscriber, names: string[], pattern = false): void {
    const table = this.table(pattern);
    const mine = names.length ? names : [...table.keys()].filter((name) => table.get(name)!.has(subscriber));
    for (const name of mine) {
      this.remove(table, name, subscriber);
      subscriber.push([pattern ? 'punsubscribe' : 'unsubscribe', name, this.count(subscriber)]);
    }
    if (!mine.length) subscriber.push([pattern ? 'punsubscribe' : 'unsubscribe', null, this.count(subscriber)]);
  }

  /** The connection has gone. */
  forget(subscriber: Subscriber): void {
    for (const table of [this.channels, this.patterns]) {
      for (const name of [...table.keys()]) this.remove(table, name, subscriber);
    }
  }

  count(subscriber: Subscriber): number {
    const has = (set: Set<Subscriber>) => set.has(subscriber);
    return [...this.channels.values(), ...this.patterns.values()].filter(has).length;
  }

  private table(pattern: boolean) {
    return pattern ? this.patterns : this.channels;
  }

  private remove(table: Map<string, Set<Subscriber>>, name: string, subscriber: Subscriber): void {
    const subscribers = table.get(name);
    subscribers?.delete(subscriber);
    if (subscribers?.size === 0) table.delete(name);
  }
}
