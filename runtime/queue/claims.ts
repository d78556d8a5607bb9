import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection';
import { messageOf, RedisError, RedisUnreachable } from './errors';
import type { StoredHead } from './frames';
import type { QueueLog } from './log';
import type { Names } from './names';
import { QueuedExchange } from './queued-exchange';
import { ResponseWriter } from './response-writer';
import { CLAIM } from './scripts';
import { REQUEST_PARTS, type Sealing } from './sealing';
import type { QueueSettings } from './settings';

export interface ClaimsProps {
  readonly worker: string;
  readonly names: Names;
  readonly connection: Connection;
  readonly sealing: Sealing;
  readonly settings: QueueSettings;
  readonly log: QueueLog;
  /** The values of the lease: number of free places, and 1 if the worker is open. */
  readonly lease: () => readonly [number, number];
}

/** A claim to renew, and the last frame of its response that Redis has confirmed. */
export interface Renewal {
  readonly exchange: QueuedExchange;
  readonly confirmed: number;
}

const GONE = -2;

/** The requests that this worker has claimed or is claiming. */
export class Claims {
  /** Requests that are being claimed. */
  public pending = 0;
  private readonly held = new Map<string, QueuedExchange>();
  private readonly seen = new Map<string, number>();
  private readonly bodyWaiters = new Map<string, () => void>();
  private counter = 0;

  public constructor(private readonly props: ClaimsProps) {}

  /** Number of exchanges whose response is not completely stored in Redis. */
  public get unfinished(): number {
    return [...this.held.values()].filter(({ ended, gone, writer }) => !gone.aborted && !(ended && writer.isStored)).length;
  }

  /** Claims a request. Each call is a separate attempt. Undefined if another worker has the request, or if it was withdrawn. */
  public async claim(id: string): Promise<QueuedExchange | undefined> {
    this.forgetOld();
    // This worker has the request, but Redis has lost the claim.
    if (this.seen.has(id)) return undefined;
    this.seen.set(id, performance.now());
    this.pending += 1;
    try {
      const attempt = `${this.props.worker}:${++this.counter}`;
      const claimed = await this.claimAs(id, attempt);
      if (claimed) return await this.exchangeOf(id, attempt, claimed);
      this.seen.delete(id);
      return undefined;
    } catch (error) {
      // An error reply means that the claim was not executed, so another attempt may succeed.
      if (error instanceof RedisError) this.seen.delete(id);
      this.props.log.warn('claim-failed', { queueId: id, message: messageOf(error) });
      return undefined;
    } finally {
      this.pending -= 1;
    }
  }

  /** The claims to renew. */
  public toRenew(): Renewal[] {
    return [...this.held.values()].map((exchange) => ({ exchange, confirmed: exchange.writer.confirmed }));
  }

  /** Evaluates a renewal: for each claim the number of unread frames, or `GONE`. */
  public renewed(renewals: readonly Renewal[], unread: readonly number[]): void {
    renewals.forEach(({ exchange, confirmed }, i) => {
      if (unread[i] === GONE) return exchange.leave('the response is no longer needed');
      exchange.writer.observe(unread[i], confirmed);
      if (exchange.ended && exchange.writer.isRead) this.held.delete(exchange.id);
    });
  }

  public note(kind: string, id: string): void {
    if (kind === 'gone') this.held.get(id)?.leave('the client has disconnected');
    if (kind === 'body') this.bodyWaiters.get(id)?.();
  }

  public async failAll(reason: string): Promise<void> {
    await Promise.all([...this.held.values()].map((exchange) => (exchange.ended ? exchange.writer.flushed() : exchange.fail(reason))));
  }

  public abandonAll(reason: string): void {
    for (const exchange of this.held.values()) exchange.leave(reason);
  }

  /** Notifies the relay by removing the name of this worker, which needs no memory in Redis, unlike a frame. */
  private giveUp(exchange: QueuedExchange, reason: string): void {
    if (exchange.gone.aborted) return;
    const { connection, names, settings, log } = this.props;
    log.warn('response-abandoned', { queueId: exchange.id, message: reason });
    exchange.leave(reason);
    connection.repeat(() => connection.send('HDEL', [names.request(exchange.id), 'worker']), settings.outageMs).catch(() => undefined);
  }

  /** Repeats the claim until Redis replies: it may have been executed, and then this worker has the request. */
  private async claimAs(id: string, attempt: string): Promise<[Buffer, Buffer] | undefined> {
    const { connection, names, settings, worker, lease } = this.props;
    for (;;) {
      const sentAt = performance.now();
      let reply: [Buffer, Buffer] | [];
      try {
        reply = await connection.repeat(() => connection.run(
          CLAIM,
          [names.request(id), names.response(id), names.waiting, names.workers],
          [id, attempt, worker, settings.claimedTtlMs, settings.responseTtlMs, settings.leaseMs, ...lease()],
        ), settings.outageMs) as [Buffer, Buffer] | [];
      } catch (error) {
        if (error instanceof RedisUnreachable) continue;
        throw error;
      }
      if (reply.length === 0) return undefined;
      // After the duration of a lease, the relay may consider this worker dead, so the claim is checked again.
      if (performance.now() - sentAt < settings.leaseMs) return reply;
    }
  }

  private async exchangeOf(id: string, attempt: string, [sealedHead, sealedBody]: [Buffer, Buffer]): Promise<QueuedExchange | undefined> {
    const { connection, names, settings, sealing, log } = this.props;
    const sealer = sealing.request(id);
    const writer = new ResponseWriter({
      key: names.response(id),
      attempt,
      sealer: sealing.response(id, attempt),
      connection,
      settings,
      onDead: (reason) => this.giveUp(exchange, reason),
    });
    const plain = sealer.open(REQUEST_PARTS.head, sealedHead);
    const stored = plain && JSON.parse(plain.toString()) as StoredHead;
    const inline = sealedBody.length > 0 ? sealer.open(REQUEST_PARTS.inlineBody, sealedBody) : undefined;
    const exchange: QueuedExchange = new QueuedExchange({
      id,
      attempt,
      head: stored?.head ?? { method: '', path: '', headers: [], bodyLength: 0 },
      fetchBody: () => this.bodyOf(exchange, inline),
      writer,
      onDone: () => { if (exchange.gone.aborted || exchange.writer.isRead) this.held.delete(id); },
    });
    this.held.set(id, exchange);
    if (stored && (inline || sealedBody.length === 0) && Date.now() - stored.time <= 2 * settings.requestTtlMs) return exchange;
    log.warn(stored && (inline || sealedBody.length === 0) ? 'request-too-old' : 'frame-invalid', { key: names.request(id) });
    await exchange.fail('the request could not be opened');
    return undefined;
  }

  private async bodyOf(exchange: QueuedExchange, inline?: Buffer): Promise<Buffer> {
    if (inline || exchange.head.bodyLength === 0) return inline ?? Buffer.alloc(0);
    const { connection, names, settings, sealing, log } = this.props;
    const key = names.body(exchange.id);
    while (!exchange.gone.aborted) {
      const noted = new AbortController();
      this.bodyWaiters.set(exchange.id, () => noted.abort());
      exchange.writer.push({ type: 'want' });
      await sleep(settings.wantAgainMs, undefined, { signal: AbortSignal.any([noted.signal, exchange.gone]) }).catch(() => undefined);
      this.bodyWaiters.delete(exchange.id);
      const sealed = await connection.repeat(() => connection.send('GET', [key]), settings.outageMs) as Buffer | null;
      if (!sealed) continue;
      void connection.send('DEL', [key]).catch(() => undefined);
      const body = sealing.request(exchange.id).open(REQUEST_PARTS.largeBody, sealed);
      if (body) return body;
      log.warn('frame-invalid', { key });
      throw new RedisError('the body of the request could not be opened');
    }
    throw new RedisError('the client has disconnected');
  }

  private forgetOld(): void {
    const { settings } = this.props;
    const before = performance.now() - 2 * settings.requestTtlMs;
    for (const [id, at] of this.seen) {
      if (at > before) return;
      this.seen.delete(id);
    }
  }
}

