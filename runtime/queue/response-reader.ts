import type { Argument, Connection, Reply } from './connection';
import { ConnectionLost, ResponseBroken } from './errors';
import { CLAIM_FRAME, type Frame, openFrame } from './frames';
import type { QueueLog } from './log';
import type { Names } from './names';
import { ABANDON, ALIVE } from './scripts';
import { REQUEST_PARTS, type Sealer, type Sealing } from './sealing';
import type { QueueSettings } from './settings';
import type { ResponseHead } from '../shared/exchange';

export interface ResponseReaderProps {
  readonly id: string;
  /** The request's body, if it is too large to be stored with the head. */
  readonly largeBody?: Buffer;
  readonly connection: Connection;
  readonly names: Names;
  readonly sealing: Sealing;
  readonly settings: QueueSettings;
  readonly signal?: AbortSignal;
  readonly log: QueueLog;
  /** Commands to send together with the next read. */
  readonly errands: () => Command[];
}

export type Command = readonly [string, ...Argument[]];

/** Number of missing leases in succession after which a worker is dead: if Redis has lost the lease, the worker restores it. */
const STRIKES = 2;

/** Reads the frames of the response to one request, in order and without gaps. */
export class ResponseReader {
  /** The worker that has claimed the request, if it is known. */
  public worker?: string;
  private attempt?: string;
  private sealer?: Sealer;
  private frames: Frame[] = [];
  private last = 0;
  private trimmed = 0;
  private strikes = 0;
  private finished = false;
  private renewedAt = performance.now();
  private readonly key: string;

  public constructor(private readonly props: ResponseReaderProps) {
    this.key = props.names.response(props.id);
  }

  public claimedBy(attempt: string): void {
    if (this.attempt !== undefined && this.attempt !== attempt) throw new ResponseBroken('the request has another worker');
    if (this.attempt === attempt) return;
    this.attempt = attempt;
    this.worker = attempt.slice(0, attempt.lastIndexOf(':'));
    this.sealer = this.props.sealing.response(this.props.id, attempt);
  }

  /** Whether the request is claimed. Waits for a claim once, even if the connection is lost. */
  public async waitForClaim(ms: number): Promise<boolean> {
    if (this.worker) return true;
    try {
      await this.read(ms);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
    return this.worker !== undefined;
  }

  /** The head of the response. Throws `ResponseBroken` if there will be none. */
  public async begin(): Promise<ResponseHead> {
    for (;;) {
      const frame = await this.next();
      if (frame.type === 'head') return frame.head;
      if (frame.type !== 'want') throw new ResponseBroken('the response ended before it began');
    }
  }

  public async *body(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const frame = await this.next();
        if (frame.type === 'data') yield frame.data;
        if (frame.type === 'end') return;
      }
    } finally {
      await this.abandon();
    }
  }

  /** Notifies the worker that the response is no longer needed, unless it is complete. */
  public async abandon(): Promise<void> {
    const { attempt, worker } = this;
    const { connection, names, settings, id } = this.props;
    if (this.finished || !attempt || !worker) return;
    this.finished = true;
    const tell = () => connection.run(ABANDON, [names.request(id), names.inbox(worker)], [id, attempt, settings.requestTtlMs]);
    // Without Redis, the worker notices that the response is not read.
    await connection.repeat(tell, settings.replyMs).catch(() => undefined);
  }

  /** The next frame. Throws errors of the worker, and stores the request's body if the worker asks for it. */
  private async next(): Promise<Frame> {
    for (;;) {
      const frame = this.frames.shift();
      if (!frame) {
        await this.readOrJudge();
        continue;
      }
      if (frame.type === 'want') await this.handOver();
      if (frame.type === 'end' || frame.type === 'error') await this.finish();
      if (frame.type === 'error') throw new ResponseBroken(frame.reason);
      return frame;
    }
  }

  private async readOrJudge(): Promise<void> {
    const { connection, settings } = this.props;
    const silence = this.strikes > 0 ? settings.leaseMs : settings.silenceMs;
    if (await connection.repeat(() => this.read(silence), settings.outageMs + silence)) {
      this.strikes = 0;
      return;
    }
    const verdict = await this.judge();
    if (verdict === 'alive') {
      this.strikes = 0;
      return;
    }
    this.strikes += 1;
    if (verdict === 'missing' && this.strikes < STRIKES) return;
    // Frames that the worker wrote before its lease ended are in Redis by now.
    if (await connection.repeat(() => this.read(), settings.outageMs)) return;
    throw new ResponseBroken('the worker died');
  }

  private async judge(): Promise<string> {
    const { connection, names, settings, id } = this.props;
    const reply = await connection.repeat(
      () => connection.run(ALIVE, [names.workers, names.request(id)], [this.worker!, this.attempt!]), settings.outageMs,
    );
    return String(reply);
  }

  /** Trims the frames that were consumed, and reads further ones. Returns whether there were any. */
  private async read(blockMs?: number): Promise<boolean> {
    if (this.props.signal?.aborted) throw new ResponseBroken('the client has disconnected');
    const { last, key } = this;
    const { settings, connection } = this.props;
    const renews = performance.now() - this.renewedAt > settings.responseTtlMs / 6;
    const commands: Command[] = [
      ...this.props.errands(),
      ...(last > this.trimmed ? [['XTRIM', key, 'MINID', `${last + 1}-0`] as const] : []),
      ...(renews ? [['PEXPIRE', key, settings.responseTtlMs] as const] : []),
      ['XREAD', ...(blockMs === undefined ? [] : ['BLOCK', blockMs]), 'STREAMS', key, `${last}-0`],
    ];
    const reply = await connection.sendAll(commands, blockMs);
    this.trimmed = Math.max(this.trimmed, last);
    if (renews) this.renewedAt = performance.now();
    const entries = entriesOf(reply);
    for (const { id, value } of entries) this.accept(id, value);
    return entries.length > 0;
  }

  private accept(id: string, value: Buffer): void {
    const number = Number(id.slice(0, id.indexOf('-')));
    if (number <= this.last) return;
    if (id !== `${this.last + 1}-0`) throw new ResponseBroken('frames of the response are missing');
    this.last = number;
    if (number === CLAIM_FRAME) return this.claimedBy(value.toString());
    const frame = this.sealer && openFrame(this.sealer, number, value);
    if (frame) {
      this.frames.push(frame);
      return;
    }
    this.props.log.warn('frame-invalid', { key: this.key });
    throw new ResponseBroken('a frame of the response could not be opened');
  }

  private async handOver(): Promise<void> {
    const { connection, names, sealing, settings, id, largeBody } = this.props;
    if (!largeBody) return;
    const sealed = sealing.request(id).seal(REQUEST_PARTS.largeBody, largeBody);
    await connection.repeat(() => connection.sendAll([
      ['SET', names.body(id), sealed, 'PX', settings.responseTtlMs],
      ['ZADD', names.inbox(this.worker!), 0, `body:${id}`],
      ['PEXPIRE', names.inbox(this.worker!), settings.requestTtlMs],
    ]), settings.outageMs);
  }

  /**
   * Not repeated, because remaining keys expire. Awaited, because a process that is frozen with a pending reply would drop
   * its connection when it is thawed.
   */
  private async finish(): Promise<void> {
    this.finished = true;
    const { connection, names, settings, id } = this.props;
    await connection.sendAll([
      ['XTRIM', this.key, 'MINID', `${this.last + 1}-0`],
      ['PEXPIRE', this.key, settings.finishedTtlMs],
      ['PEXPIRE', names.request(id), settings.finishedTtlMs],
    ]).catch(() => undefined);
  }
}

function entriesOf(reply: Reply): { id: string; value: Buffer }[] {
  const streams = (reply ?? []) as [Buffer, [Buffer, Buffer[]][]][];
  return streams.flatMap(([, entries]) => entries.map(([id, fields]) => ({ id: id.toString(), value: fields[1] })));
}
