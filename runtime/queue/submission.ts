import { randomUUID } from 'node:crypto';
import type { Connection, Reply } from './connection';
import { ConnectionLost, messageOf, NotExecuted, ResponseBroken } from './errors';
import type { StoredHead } from './frames';
import type { QueueLog } from './log';
import type { Names } from './names';
import type { Outcome, RequestTimes, Unavailable } from './outcome';
import type { SubmitOptions } from './relay-queue';
import { ResponseReader } from './response-reader';
import { ENQUEUE, WITHDRAW } from './scripts';
import { REQUEST_PARTS, type Sealing } from './sealing';
import type { QueueSettings } from './settings';
import type { Start, Starts } from './starts';
import type { RequestHead } from '../shared/exchange';

export interface SubmissionProps {
  readonly head: RequestHead;
  readonly body: Buffer;
  readonly options: SubmitOptions;
  readonly connection: Connection;
  readonly names: Names;
  readonly sealing: Sealing;
  readonly settings: QueueSettings;
  readonly starts: Starts;
  readonly capacity: number;
  readonly maxWorkers: number;
  readonly log: QueueLog;
  readonly report: (error: unknown) => void;
  readonly done: () => void;
}

/** One request of a relay, until its response begins. */
export class Submission {
  private readonly id = randomUUID();
  private readonly times: { queued: number; claimed?: number; firstByte?: number } = { queued: Date.now() };
  private readonly reader: ResponseReader;
  private readonly sealedHead: Buffer;
  private readonly sealedBody: Buffer;
  private owner = '';
  private since = '';
  private live = 0;
  /** Number of workers that other relays are starting. */
  private starting = 0;
  private stored = false;
  /** Whether the request, or a copy of it, may have reached Redis. */
  private sent = false;
  private lostAt?: number;
  private start?: Start;
  private refusedAt?: number;
  private readonly waitUntil: number;

  public constructor(private readonly props: SubmissionProps) {
    const { head, body, sealing, settings, options } = props;
    const sealer = sealing.request(this.id);
    const stored: StoredHead = { time: this.times.queued, head: { ...head, bodyLength: body.length } };
    this.sealedHead = sealer.seal(REQUEST_PARTS.head, Buffer.from(JSON.stringify(stored)));
    const inline = body.length > 0 && body.length <= settings.inlineBodyBytes;
    this.sealedBody = inline ? sealer.seal(REQUEST_PARTS.inlineBody, body) : Buffer.alloc(0);
    this.waitUntil = performance.now() + (options.waitMs ?? settings.waitMs);
    this.reader = new ResponseReader({
      ...props,
      id: this.id,
      largeBody: body.length > 0 && !inline ? body : undefined,
      signal: options.signal,
      errands: () => props.starts.takeRefused().map((start) => ['HDEL', props.names.starts, start] as const),
    });
  }

  public async outcome(): Promise<Outcome> {
    const { options: { signal }, done } = this.props;
    let outcome: Outcome | undefined;
    let reading = false;
    const finish = () => {
      signal?.removeEventListener('abort', interrupt);
      done();
    };
    const interrupt = () => {
      this.props.connection.drop();
      if (outcome && !reading) void this.reader.abandon().finally(finish);
    };
    signal?.addEventListener('abort', interrupt);
    try {
      outcome = await this.pursue();
    } catch (error) {
      outcome = await this.giveUp(error);
    }
    if (outcome.kind !== 'response') {
      finish();
      return outcome;
    }
    const { reader } = this;
    const body = async function* () {
      reading = true;
      try {
        yield* reader.body();
      } finally {
        finish();
      }
    };
    return { ...outcome, body: body() };
  }

  private async pursue(): Promise<Outcome> {
    const refusal = await this.untilClaimed();
    if (refusal) return refusal;
    this.times.claimed = Date.now();
    const response = await this.reader.begin();
    this.times.firstByte = Date.now();
    return { kind: 'response', id: this.id, head: response, worker: this.reader.worker!, times: this.times, body: this.reader.body() };
  }

  /** Waits for a worker. Returns an outcome if the request was withdrawn. */
  private async untilClaimed(): Promise<Outcome | undefined> {
    const { options, settings, connection, names } = this.props;
    if (options.streamId) {
      const owner = await connection.repeat(() => connection.send('GET', [names.stream(options.streamId!)]), settings.unreachableMs);
      this.owner = owner?.toString() ?? '';
    }
    for (;;) {
      const broken = await this.enqueue();
      if (this.reader.worker) return undefined;
      const refusal = this.reasonToGiveUp(broken);
      if (refusal) {
        const outcome = await this.withdraw(refusal);
        if (outcome) return outcome;
      }
      if (await this.reader.waitForClaim(settings.enqueueAgainMs)) return undefined;
    }
  }

  private reasonToGiveUp(broken?: string): Pick<Unavailable, 'reason' | 'message'> | 'aborted' | undefined {
    const now = performance.now();
    if (this.props.options.signal?.aborted) return 'aborted';
    if (broken !== undefined) return { reason: 'broken', message: `the last worker failed to start: ${broken}` };
    if (this.start?.refused !== undefined && this.starting === 0) {
      this.refusedAt ??= now;
      if (this.live === 0 || now - this.refusedAt >= this.props.settings.refusedGraceMs) {
        return { reason: 'refused', message: `no worker could be started: ${this.start.refused}` };
      }
    }
    return now >= this.waitUntil ? { reason: 'timeout', message: 'no worker had a free place in time' } : undefined;
  }

  /** Stores the request, or its hint, in Redis. If workers fail to start, returns the reason. */
  private async enqueue(): Promise<string | undefined> {
    const { connection, settings, options } = this.props;
    if (options.signal?.aborted || this.start?.refused !== undefined && this.live + this.starting === 0) return undefined;
    const now = performance.now();
    const mode = !this.stored ? 'first' : this.lostAt !== undefined && now - this.lostAt > settings.leaseMs ? 'restore' : 'again';
    const startId = this.start?.underWay ? this.start.id : this.props.starts.newId();
    const [status, first, live, starting] = await this.run(mode, startId, this.stored ? settings.outageMs : settings.unreachableMs);
    this.stored = true;
    if (mode === 'restore' || status !== 'lost') this.lostAt = undefined;
    switch (status) {
      case 'taken':
        this.reader.claimedBy(first);
        return undefined;
      case 'lost':
        // A worker may have claimed the request before Redis lost it. It restores its claim with the next renewal.
        this.lostAt ??= now;
        return undefined;
      case 'broken':
        return first;
      case 'start':
        if (!this.start?.underWay) this.start = this.props.starts.begin(startId, () => { if (!this.reader.worker) connection.drop(); });
        break;
    }
    this.since = first;
    this.live = Number(live);
    this.starting = Number(starting);
    return undefined;
  }

  private async run(mode: string, startId: string, forMs: number): Promise<string[]> {
    const { connection, names, settings } = this.props;
    const whole = mode !== 'again';
    const enqueue = () => connection.run(
      ENQUEUE,
      [names.request(this.id), names.waiting, names.inbox(this.owner), names.workers, names.starts, names.broken],
      [
        this.id, mode, this.owner, whole ? this.sealedHead : '', whole ? this.sealedBody : '', settings.requestTtlMs, startId,
        this.start?.underWay ? 1 : 0, settings.startMs, this.props.capacity, this.props.maxWorkers, this.since, this.refusedStart,
      ],
    );
    return textsOf(await connection.repeat(async () => {
      try {
        const reply = await enqueue();
        this.sent = true;
        return reply;
      } catch (error) {
        if (error instanceof ConnectionLost && !(error instanceof NotExecuted)) this.sent = true;
        throw error;
      }
    }, forMs));
  }

  /** A failed start, which Redis must not count any more. */
  private get refusedStart(): string {
    return this.start?.refused === undefined ? '' : this.start.id;
  }

  /** Withdraws the request. Undefined if a worker has claimed it. */
  private async withdraw(
    reason: Pick<Unavailable, 'reason' | 'message'> | 'aborted', forMs = this.props.settings.outageMs,
  ): Promise<Outcome | undefined> {
    const { connection, names, settings } = this.props;
    const [status, attempt] = textsOf(await connection.repeat(() => connection.run(
      WITHDRAW,
      [names.request(this.id), names.waiting, names.inbox(this.owner), names.starts],
      [this.id, settings.requestTtlMs, this.refusedStart],
    ), forMs));
    if (status === 'taken') {
      this.reader.claimedBy(attempt);
      if (reason !== 'aborted') return undefined;
      await this.reader.abandon();
      return { kind: 'aborted', id: this.id, times: this.times };
    }
    if (reason === 'aborted') return { kind: 'aborted', id: this.id, times: this.times };
    if (status === 'lost') return this.failed('Redis has lost the request: a worker may have executed it');
    return { kind: 'unavailable', id: this.id, ...reason, times: this.times };
  }

  /** The outcome after an error: it depends on whether a worker may have executed the request. */
  private async giveUp(error: unknown): Promise<Outcome> {
    if (this.props.options.signal?.aborted) {
      if (this.reader.worker) await this.reader.abandon();
      else await this.withdraw('aborted', this.props.settings.replyMs).catch(() => undefined);
      return { kind: 'aborted', id: this.id, times: this.times };
    }
    if (error instanceof ResponseBroken) {
      await this.reader.abandon();
      return this.failed(error.message);
    }
    this.props.report(error);
    if (!this.sent || (!this.reader.worker && await this.neverArrived())) {
      return { kind: 'unavailable', id: this.id, reason: 'redis', message: messageOf(error), times: this.times };
    }
    return this.failed(messageOf(error));
  }

  /** Whether no worker can have executed the request. False if Redis does not reply. */
  private async neverArrived(): Promise<boolean> {
    try {
      const outcome = await this.withdraw({ reason: 'redis', message: '' }, this.props.settings.unreachableMs / 5);
      return outcome?.kind === 'unavailable';
    } catch {
      return false;
    }
  }

  private failed(message: string): Outcome {
    return { kind: 'failed', id: this.id, message, worker: this.reader.worker, times: this.times as RequestTimes };
  }
}

function textsOf(reply: Reply): string[] {
  if (!Array.isArray(reply)) throw new ConnectionLost('unexpected reply');
  return reply.map(String);
}
