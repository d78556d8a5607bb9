import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Claims } from './claims';
import { Connection } from './connection';
import { RedisAccess } from './endpoint';
import { ConnectionLost, eventOf, isFinal, messageOf, RedisUnreachable } from './errors';
import { Hints } from './hints';
import { Names } from './names';
import type { QueueOptions } from './options';
import type { QueuedExchange } from './queued-exchange';
import { BEAT, END_START, LEAVE, ORPHANED } from './scripts';
import { Sealing } from './sealing';
import { DEFAULT_SETTINGS, type QueueSettings } from './settings';
import type { Exchange, RequestSource } from '../shared/exchange';

/**
 * The worker's side of the queue, over two connections. Each invocation creates an object and closes it before the
 * environment is frozen.
 */
export class WorkerQueue implements RequestSource {
  /** Id of this worker for relays. */
  public readonly worker = randomUUID();
  private readonly settings: QueueSettings;
  private readonly names: Names;
  private readonly commands: Connection;
  private readonly hints: Hints;
  private readonly claims: Claims;
  private readonly ending = new AbortController();
  private readonly takers: ((exchange: Exchange | undefined) => void)[] = [];
  private readonly ready: QueuedExchange[] = [];
  private readonly streams = new Set<string>();
  private places = 0;
  private isOpen = true;
  private leaving = false;
  private startId = '';
  private reported = false;
  private beatAt = 0;
  private beating: Promise<void> = Promise.resolve();
  /** Retired, and another worker has been open since. Only requests for own streams are taken. */
  private handedOver = false;
  private working: Promise<unknown>[] = [];

  public constructor(private readonly options: QueueOptions) {
    this.settings = { ...DEFAULT_SETTINGS, ...options.settings };
    this.names = new Names(options.prefix, options.release);
    const access = new RedisAccess(options.redis, options.readRedisAgain);
    this.commands = new Connection(access, this.settings);
    this.hints = new Hints({
      inbox: this.names.inbox(this.worker),
      waiting: this.names.waiting,
      connection: new Connection(access, this.settings),
      commands: this.commands,
      settings: this.settings,
      takesCommon: () => this.takesCommon(),
      onHint: (id) => void this.claim(id),
      onNote: (kind, id) => this.claims.note(kind, id),
      onFailure: (error) => this.failed(error),
    });
    this.claims = new Claims({
      worker: this.worker,
      names: this.names,
      connection: this.commands,
      sealing: new Sealing(options.sealingSecret),
      settings: this.settings,
      log: options.log,
      lease: () => [this.free(), this.isOpen ? 1 : 0],
    });
  }

  public get ends(): AbortSignal {
    return this.ending.signal;
  }

  /** Registers this worker, replaces the start that the relay counts, and begins to take requests. */
  public async reportStarted(startId = ''): Promise<void> {
    this.startId = startId;
    try {
      // Trimming by id requires Redis 6.2.
      await this.commands.repeat(() => this.commands.send('XTRIM', [this.names.response('-'), 'MINID', '1-0']), this.settings.unreachableMs);
      await this.beat(this.settings.unreachableMs);
    } catch (error) {
      this.end(messageOf(error));
      this.options.log.error(eventOf(error), { message: messageOf(error) });
      throw error;
    }
    this.reported = true;
    this.working = [this.keepBeating(), this.hints.run(this.ending.signal)];
  }

  /** Reports the reason for a failed start to relays, so that they do not start more workers. */
  public async reportBroken(reason: string, startId?: string): Promise<void> {
    await this.commands.repeat(
      () => this.commands.send('SET', [this.names.broken, reason, 'PX', this.settings.brokenMs]), this.settings.unreachableMs,
    );
    if (startId !== undefined) await this.withdrawStart(startId);
  }

  /** Reports a failed start to relays, so that they start another worker. */
  public async withdrawStart(startId: string): Promise<void> {
    await this.commands.repeat(() => this.commands.run(END_START, [this.names.starts], [startId]), this.settings.unreachableMs);
  }

  public take(): Promise<Exchange | undefined> {
    const exchange = this.ready.shift();
    if (exchange) {
      this.places -= 1;
      return Promise.resolve(exchange);
    }
    if (this.ends.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => this.takers.push(resolve));
  }

  public setFree(places: number): void {
    const before = this.takesCommon();
    this.places = places;
    if (!before && this.takesCommon()) this.hints.wake();
  }

  public async generating(streamId: string): Promise<void> {
    this.streams.add(streamId);
    await this.commands.repeat(() => this.claimStream(streamId), this.settings.outageMs);
  }

  public async orphaned(streamId: string): Promise<boolean> {
    const { commands, names, settings, worker } = this;
    const ask = () => commands.run(ORPHANED, [names.stream(streamId), names.workers], [worker]);
    return await commands.repeat(ask, settings.replyMs) === 1;
  }

  public retire(): void {
    this.isOpen = false;
    if (this.reported) void this.beat(this.settings.replyMs).catch(() => undefined);
  }

  public async leave(): Promise<boolean> {
    if (this.ends.aborted) return true;
    this.leaving = true;
    try {
      await Promise.all([this.hints.pause(), this.beating.catch(() => undefined)]);
      if (this.claims.pending > 0 || this.ready.length > 0 || this.claims.unfinished > 0) return false;
      const left = await this.withdrawLease(false);
      if (left) this.end('the worker has left');
      return left;
    } catch (error) {
      this.failed(error);
      return this.ends.aborted;
    } finally {
      this.leaving = false;
      this.hints.resume();
    }
  }

  public async close(): Promise<void> {
    if (!this.ends.aborted) {
      this.leaving = true;
      // Without Redis, none of this succeeds, and relays notice that themselves.
      await Promise.race([this.depart(), sleep(2 * this.settings.replyMs, undefined, { signal: this.ends }).catch(() => undefined)]);
      this.claims.abandonAll('the worker is closing');
      this.end('the worker is closing');
    }
    this.commands.close();
    await Promise.all(this.working);
  }

  private async depart(): Promise<void> {
    await Promise.all([this.hints.pause(), this.beating.catch(() => undefined)]);
    await this.claims.failAll('the worker is closing');
    if (this.reported) await this.withdrawLease(true).catch(() => undefined);
    this.end('the worker is closing');
  }

  private free(): number {
    return this.isOpen && !this.leaving ? Math.max(0, this.places - this.ready.length - this.claims.pending) : 0;
  }

  /** Whether this worker takes requests that are not for its own streams. */
  private takesCommon(): boolean {
    return this.reported && !this.leaving && !this.handedOver && this.places - this.ready.length - this.claims.pending > 0;
  }

  private async claim(id: string): Promise<void> {
    const exchange = await this.claims.claim(id);
    if (!exchange) return;
    if (this.ends.aborted) {
      await exchange.fail('the worker is closing');
      return;
    }
    const taker = this.takers.shift();
    if (!taker) {
      this.ready.push(exchange);
      return;
    }
    this.places -= 1;
    taker(exchange);
  }

  private async keepBeating(): Promise<void> {
    while (!this.ends.aborted) {
      await sleep(this.settings.beatMs, undefined, { signal: this.ends }).catch(() => undefined);
      if (this.ends.aborted) return;
      if (this.leaving) continue;
      await this.beat(this.settings.beatMs).catch((error: unknown) => this.failed(error));
    }
  }

  /** Sequentially, because a late renewal would restore a lease that was withdrawn. */
  private beat(forMs: number): Promise<void> {
    return this.beating = this.beating.catch(() => undefined).then(() => this.renew(forMs));
  }

  private async renew(forMs: number): Promise<void> {
    const { names, settings } = this;
    const claims = this.claims.toRenew();
    const reply = await this.commands.repeat(() => this.commands.run(
      BEAT,
      [names.workers, names.starts, names.broken, ...claims.flatMap(({ exchange: { id } }) => [names.request(id), names.response(id)])],
      [
        this.worker, settings.leaseMs, this.free(), this.isOpen ? 1 : 0, this.startId, settings.claimedTtlMs, settings.responseTtlMs,
        ...claims.map(({ exchange }) => exchange.attempt),
      ],
    ), forMs);
    const [lost, others, ...unread] = reply as number[];
    this.beatAt = performance.now();
    this.startId = '';
    this.handedOver ||= !this.isOpen && others > 0;
    this.claims.renewed(claims, unread);
    if (lost && this.reported) {
      this.options.log.warn('lease-lost', { worker: this.worker, claims: claims.length });
      await Promise.all([...this.streams].map((streamId) => this.claimStream(streamId)));
    }
  }

  /** A short outage of Redis is tolerated. After a longer one, relays consider this worker dead. */
  private failed(error: unknown): void {
    if (this.ends.aborted) return;
    const outage = performance.now() - this.beatAt;
    if (!isFinal(error) && (error instanceof ConnectionLost || error instanceof RedisUnreachable) && outage < this.settings.outageMs) return;
    this.options.log.error(eventOf(error), { message: messageOf(error) });
    this.claims.abandonAll(messageOf(error));
    this.end(messageOf(error));
  }

  private async withdrawLease(whateverWaits: boolean): Promise<boolean> {
    const { commands, names, settings } = this;
    const reply = await commands.repeat(() => commands.run(
      LEAVE,
      [names.workers, names.waiting, names.inbox(this.worker)],
      [this.worker, whateverWaits ? 1 : 0, this.handedOver ? 0 : 1, settings.requestTtlMs],
    ), settings.replyMs);
    return reply === 1;
  }

  private claimStream(streamId: string): Promise<unknown> {
    return this.commands.send('SET', [this.names.stream(streamId), this.worker, 'PX', this.settings.streamTtlMs]);
  }

  private end(reason: string): void {
    if (this.ends.aborted) return;
    this.ending.abort(new Error(reason));
    this.hints.close();
    for (const taker of this.takers.splice(0)) taker(undefined);
  }
}
