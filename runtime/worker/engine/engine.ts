import { setTimeout as sleep } from 'node:timers/promises';
import { Capacity, type Condition } from './capacity';
import type { Chat } from './chat';
import { Chats } from './chats';
import type { LibreChat } from './librechat';
import { Orphans } from './orphans';
import { newStreamIdOf, streamIdOf, withoutQuery } from './routes';
import { transfer } from './transfer';
import { TICK } from '../../../src/contract/queue';
import type { Exchange, RequestSource } from '../../shared/exchange';
import { log, messageOf } from '../../shared/log';
import type { Settings } from '../../shared/settings';

export interface EngineProps {
  readonly librechat: LibreChat;
  readonly source: RequestSource;
  readonly settings: Settings;
  readonly maxConcurrentRequests: number;
  /** Memory of the function. Without it, memory is not monitored. */
  readonly memoryMb?: number;
  /** Time at which the environment is killed, in milliseconds since the epoch. */
  readonly deadline: number;
}

/** The result of a worker's invocation. */
export interface Ended {
  readonly reason: string;
  /** Whether the process must exit, because LibreChat must not serve again. */
  readonly replace: boolean;
  readonly requests: number;
  /** Maximum number of requests in flight at a time. */
  readonly most: number;
}

type End = Pick<Ended, 'reason' | 'replace'>;

/** Serves the requests of a source with one LibreChat process, until the worker is idle or the deadline approaches. */
export class Engine {
  private readonly inFlight = new Set<Promise<void>>();
  private readonly chats = new Chats();
  private readonly orphans: Orphans;
  private readonly capacity: Capacity;
  /** Interrupts the requests in flight. */
  private readonly breakOff = new AbortController();
  /** Ends the checks early. The reason says why. */
  private readonly interruption = new AbortController();
  private readonly began = performance.now();
  /** The worker stays until this time, since the last activity may be followed by others. */
  private stayUntil = 0;
  private generating = false;
  /** Time since which LibreChat counts generations while no request is in flight. */
  private countedSince?: number;
  private miscounted = false;
  private closedFor?: string;
  private slow = false;
  private retired = false;
  private requests = 0;
  private most = 0;

  public constructor(private readonly props: EngineProps) {
    this.capacity = new Capacity(props.librechat, props.settings, props.memoryMb);
    this.orphans = new Orphans(props);
  }

  /** Resolves when no request is in flight and the source is closed. */
  public async run(): Promise<Ended> {
    const { librechat, source, deadline, settings } = this.props;
    const forget = librechat.onExit((status) => this.interruption.abort(`LibreChat ended: ${status}`));
    const timer = setTimeout(() => this.interruption.abort('deadline'), deadline - settings.abortBeforeDeadlineMs - Date.now());
    try {
      const taking = librechat.exited === undefined ? this.take() : undefined;
      const end = await this.untilOver();
      await source.close();
      await taking;
      await Promise.all(this.inFlight);
      return { ...end, requests: this.requests, most: this.most };
    } finally {
      clearTimeout(timer);
      forget();
    }
  }

  private async take(): Promise<void> {
    const { source } = this.props;
    this.stay(this.props.settings.lingerMs);
    this.offerPlaces();
    try {
      for (let exchange = await source.take(); exchange; exchange = await source.take()) this.accept(exchange);
    } catch (error) {
      log.error('source-failed', { message: messageOf(error) });
    }
  }

  private accept(exchange: Exchange): void {
    const { settings } = this.props;
    const tick = isTick(exchange);
    // A scheduled event started the worker, so no related requests follow.
    if (tick && !this.requests) this.stayUntil = 0;
    this.requests += 1;
    const serving: Promise<void> = this.serve(exchange).finally(() => {
      this.inFlight.delete(serving);
      this.stay(tick ? settings.tickLingerMs : settings.lingerMs);
      this.offerPlaces();
    });
    this.inFlight.add(serving);
    this.most = Math.max(this.most, this.inFlight.size);
    this.offerPlaces();
  }

  private async serve(exchange: Exchange): Promise<void> {
    const { librechat: { port }, settings } = this.props;
    const { method, path } = exchange.head;
    const began = performance.now();
    const opened = newStreamIdOf(method, path);
    const followed = streamIdOf(method, path);
    // Not awaited: the page shows the partial text meanwhile, and gets the final event in the response to its own request.
    const isForeign = followed !== undefined && !this.chats.isOwn(followed);
    const ending = isForeign ? this.orphans.endIfOrphaned(followed, exchange.head.headers, this.breakOff.signal) : undefined;
    const { statusCode, failure, gone } = await transfer({
      exchange,
      port,
      settings,
      signal: this.breakOff.signal,
      foreignStream: opened === undefined || this.chats.isOwn(opened) ? undefined : opened,
      onChat: (chat) => this.announce(chat, exchange.id, began),
      onFirstToken: opened === undefined ? undefined : this.firstTokenOf(opened, exchange.id),
    });
    const ms = Math.round(performance.now() - began);
    if (failure === undefined) log.info('served', { queueId: exchange.id, method, path: withoutQuery(path), statusCode, ms });
    else log.error('response-failed', { queueId: exchange.id, method, path: withoutQuery(path), statusCode, ms, message: failure });
    await ending;
    if (followed && statusCode === 200 && failure === undefined && !gone) this.chats.ended(followed);
  }

  /** Requests for a chat must be routed to this worker as soon as the client has the id. */
  private async announce(chat: Chat, queueId: string, began: number): Promise<void> {
    this.generating = true;
    this.stay(this.props.settings.titleMs);
    this.chats.started(chat, began);
    log.info('chat-started', { queueId, streamId: chat.streamId });
    await this.props.source.generating(chat.streamId).catch((error: unknown) => log.error('chat-not-announced', { message: messageOf(error) }));
  }

  /** Logs the first token of a chat. Undefined if it was sent before. */
  private firstTokenOf(streamId: string, queueId: string): (() => void) | undefined {
    const began = this.chats.withoutToken(streamId);
    if (began === undefined) return undefined;
    return () => {
      if (this.chats.tokenSent(streamId)) log.info('first-token', { queueId, streamId, ms: Math.round(performance.now() - began) });
    };
  }

  private offerPlaces(): void {
    const { source, maxConcurrentRequests } = this.props;
    const closed = this.slow || this.closedFor !== undefined || this.interruption.signal.aborted;
    source.setFree(closed ? 0 : Math.max(0, maxConcurrentRequests - this.inFlight.size));
  }

  private async untilOver(): Promise<End> {
    const { signal } = this.interruption;
    const interrupted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    for (;;) {
      const { requests } = this;
      const condition = await Promise.race([this.capacity.inspect(this.inFlight.size === 0), interrupted]);
      if (!condition) return this.interrupted(String(signal.reason));
      this.heed(condition);
      if (condition.critical) return this.windDown(condition.critical, Date.now() + this.props.settings.saveMs, true);
      // A request that arrived during the check may have started a generation that was not counted.
      const jobs = requests === this.requests ? condition.jobs : undefined;
      if (this.isIdle(await this.corrected(jobs)) && await this.left()) return { reason: this.closedFor ?? 'idle', replace: this.closedFor !== undefined };
      await sleep(this.props.settings.roundMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Adapts the number of free places to LibreChat's condition and the age of this worker. */
  private heed({ slow, drain }: Condition): void {
    const { source, settings } = this.props;
    if (slow !== this.slow) log.warn(slow ? 'slow' : 'recovered', { inFlight: this.inFlight.size });
    if (drain && !this.closedFor) log.warn('draining', { reason: drain, inFlight: this.inFlight.size });
    this.slow = slow;
    this.closedFor ??= drain;
    this.offerPlaces();
    if (!this.retired && performance.now() - this.began >= settings.renewAfterMs) {
      this.retired = true;
      log.info('retiring', { requests: this.requests, inFlight: this.inFlight.size });
      source.retire();
    }
  }

  /** No requests and generations for long enough that no title is pending, and that the page has sent its next requests. */
  private isIdle(jobs: number | undefined): boolean {
    const { librechat, settings: { lingerMs, titleMs } } = this.props;
    // LibreChat's own queues and triggers start generations without a request.
    if (jobs && !this.generating) this.stay(titleMs);
    if (jobs) this.generating = true;
    if (jobs !== 0) return false;
    this.chats.allEnded();
    if (this.generating) this.stay(librechat.titlesFollowReplies ? titleMs : lingerMs);
    this.generating = false;
    return !this.inFlight.size && performance.now() >= this.stayUntil;
  }

  /**
   * LibreChat 0.8.7 never stops counting a generation that another process has replaced. If it counts generations for a long
   * time although no request is in flight and no chat is running, this process is replaced.
   */
  private async corrected(jobs: number | undefined): Promise<number | undefined> {
    if (this.miscounted) return 0;
    if (!jobs || this.inFlight.size) {
      this.countedSince = undefined;
      return jobs;
    }
    this.countedSince ??= performance.now();
    if (performance.now() - this.countedSince < this.props.settings.miscountMs) return jobs;
    this.countedSince = undefined;
    if (await this.chats.anyRunning(this.props.librechat)) return jobs;
    this.miscounted = true;
    this.heed({ slow: this.slow, drain: 'generations are counted that do not run' });
    return 0;
  }

  private stay(ms: number): void {
    this.stayUntil = Math.max(this.stayUntil, performance.now() + ms);
  }

  private async left(): Promise<boolean> {
    const { source } = this.props;
    if (source.ends.aborted) return true;
    try {
      return await source.leave();
    } catch (error) {
      log.warn('leave-failed', { message: messageOf(error) });
      return true;
    }
  }

  private async interrupted(reason: string): Promise<End> {
    const { deadline, settings, librechat } = this.props;
    if (librechat.exited !== undefined) return this.stop({ reason, replace: true });
    return this.windDown(reason, deadline - settings.endBeforeDeadlineMs, false);
  }

  /** Aborts the chats, waits until they are saved and delivered, and interrupts the remaining requests. */
  private async windDown(reason: string, endAt: number, replace: boolean): Promise<End> {
    const { librechat, source, settings } = this.props;
    log.warn('winding-down', { reason, inFlight: this.inFlight.size, chats: this.chats.size });
    this.interruption.abort(reason);
    this.offerPlaces();
    source.retire();
    const limit = new AbortController();
    const over = sleep(Math.max(0, endAt - Date.now()), undefined, { signal: limit.signal }).catch(() => undefined);
    await Promise.race([over, this.chats.abort(librechat)]);
    while (Date.now() < endAt && librechat.exited === undefined) {
      const condition = await Promise.race([over, this.capacity.inspect(true)]);
      const ended = condition?.jobs === 0 && !this.inFlight.size;
      // Partial replies are still being saved.
      await Promise.race([over, sleep(ended ? settings.graceMs : settings.roundMs / 4)]);
      if (ended) break;
    }
    limit.abort();
    return this.stop({ reason, replace: replace || librechat.exited !== undefined });
  }

  private async stop(end: End): Promise<End> {
    if (this.inFlight.size) log.error('responses-aborted', { reason: end.reason, inFlight: this.inFlight.size });
    this.breakOff.abort(new Error(end.reason));
    return end;
  }
}

/** A scheduled event, which prevents the function from becoming inactive, and runs LibreChat's schedules. */
function isTick({ head: { method, path } }: Exchange): boolean {
  return method === TICK.method && path === TICK.path;
}
