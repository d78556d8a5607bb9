import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection';
import { CLAIM_FRAME, type Frame, sealFrame } from './frames';
import { APPEND } from './scripts';
import type { Sealer } from './sealing';
import type { QueueSettings } from './settings';

/** Estimated overhead of Redis and the seal for each unread frame. */
const FRAME_OVERHEAD_BYTES = 64;

interface SealedFrame {
  readonly number: number;
  readonly sealed: Buffer;
}

export interface ResponseWriterProps {
  readonly key: string;
  readonly attempt: string;
  readonly sealer: Sealer;
  readonly connection: Connection;
  readonly settings: QueueSettings;
  /** Called when the relay has not read anything for too long, or Redis is unreachable. */
  readonly onDead: (reason: string) => void;
}

/**
 * Writes the frames of one response to its stream, one command at a time. Frames are kept until the relay has read
 * them, so that they can be written again if Redis loses them.
 */
export class ResponseWriter {
  private waiting: Frame[] = [];
  private waitingBytes = 0;
  private kept: SealedFrame[];
  private keptBytes = 0;
  private nextNumber = CLAIM_FRAME + 1;
  /** The last frame that Redis has confirmed. */
  private stored = CLAIM_FRAME;
  private lost = false;
  private losses = 0;
  private closed = false;
  private running?: Promise<void>;
  private progressAt = performance.now();
  private wakeWriters: (() => void)[] = [];

  public constructor(private readonly props: ResponseWriterProps) {
    this.kept = [{ number: CLAIM_FRAME, sealed: Buffer.from(props.attempt) }];
  }

  /** True once the relay has read every frame. */
  public get isRead(): boolean {
    return this.kept.length === 0 && this.waiting.length === 0;
  }

  /** True while Redis has confirmed every frame. */
  public get isStored(): boolean {
    return this.waiting.length === 0 && this.stored === this.nextNumber - 1;
  }

  /** The last frame that Redis has confirmed. Callers read it before they query the number of unread frames. */
  public get confirmed(): number {
    return this.stored;
  }

  /** Queues a frame. */
  public push(frame: Frame): void {
    if (this.closed) return;
    this.waiting.push(frame);
    this.waitingBytes += frame.type === 'data' ? frame.data.length : 0;
    this.run();
  }

  /** Queues a frame. Resolves when there is room for more. */
  public async write(frame: Frame): Promise<void> {
    this.push(frame);
    if (!this.closed && this.isFull) await new Promise<void>((resolve) => this.wakeWriters.push(resolve));
  }

  /** Resolves when all frames are in Redis. */
  public async flushed(): Promise<void> {
    while (!this.closed && (this.waiting.length > 0 || this.running)) {
      this.run();
      await this.running;
    }
  }

  /** Discards unread and further frames. */
  public close(): void {
    this.closed = true;
    this.waiting = [];
    this.kept = [];
    this.waitingBytes = this.keptBytes = 0;
    this.wake();
  }

  /** Evaluates a reply of Redis: the number of unread frames up to `confirmed`, or -1 if the response is lost. */
  public observe(unread: number, confirmed: number): void {
    if (this.closed) return;
    if (unread < 0) {
      if (this.kept.length > 0) this.loseAll();
    } else {
      this.forget(confirmed - unread);
    }
    if (this.isRead) this.progressAt = performance.now();
    if (performance.now() - this.progressAt > this.props.settings.deadRelayMs) this.props.onDead('the relay does not read the response');
  }

  private get isFull(): boolean {
    return this.waitingBytes + this.keptBytes > this.props.settings.windowBytes;
  }

  private loseAll(): void {
    this.lost = true;
    this.losses += 1;
    this.stored = (this.kept[0]?.number ?? this.nextNumber) - 1;
    this.run();
  }

  private run(): void {
    this.running ??= new Promise<void>((resolve) => { process.nextTick(resolve); })
      .then(() => this.store())
      .catch((error: unknown) => this.props.onDead(error instanceof Error ? error.message : String(error)))
      .finally(() => {
        this.running = undefined;
        // Frames may have been queued while the last round ended.
        if (!this.closed && (!this.isStored || this.wakeWriters.length > 0)) this.run();
      });
  }

  /** Stores the queued frames, and waits while too much is unread. */
  private async store(): Promise<void> {
    const { settings } = this.props;
    let pause = settings.pollMs;
    while (!this.closed) {
      this.sealWaiting();
      const pending = this.kept.filter(({ number }) => number > this.stored);
      if (pending.length === 0 && !this.wakeWriters.length) return;
      if (pending.length === 0) {
        await sleep(pause);
        pause = Math.min(settings.maxPollMs, pause * 2);
      }
      const progress = await this.append(pending);
      if (progress) pause = settings.pollMs;
      if (!this.isFull) this.wake();
    }
  }

  /** Merges adjacent chunks of data into one frame, and splits large ones. */
  private sealWaiting(): void {
    const { frameBytes } = this.props.settings;
    let data: Buffer[] = [];
    const flush = () => {
      const whole = data.length === 1 ? data[0] : Buffer.concat(data);
      for (let at = 0; at < whole.length; at += frameBytes) this.seal({ type: 'data', data: whole.subarray(at, at + frameBytes) });
      data = [];
    };
    for (const frame of this.waiting) {
      if (frame.type === 'data') {
        data.push(frame.data);
        continue;
      }
      flush();
      this.seal(frame);
    }
    flush();
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private seal(frame: Frame): void {
    const number = this.nextNumber++;
    const sealed = sealFrame(this.props.sealer, number, frame);
    if (this.kept.length === 0) this.progressAt = performance.now();
    this.kept.push({ number, sealed });
    this.keptBytes += sealed.length + FRAME_OVERHEAD_BYTES;
  }

  /** Stores frames. Returns whether the relay has read further frames. */
  private async append(frames: SealedFrame[]): Promise<boolean> {
    const { connection, key, settings } = this.props;
    const first = frames[0]?.number ?? 0;
    const last = frames[frames.length - 1]?.number ?? this.stored;
    const args = [this.lost ? 1 : 0, settings.responseTtlMs, first, ...frames.map(({ sealed }) => sealed)];
    const { losses } = this;
    const unread = Number(await connection.repeat(() => connection.run(APPEND, [key], args), settings.outageMs));
    // A loss was noticed meanwhile, so the frames may be lost as well.
    if (losses !== this.losses) return false;
    if (unread >= 0) {
      this.lost = false;
      this.stored = Math.max(this.stored, last);
    }
    const before = this.kept.length;
    this.observe(unread, this.stored);
    return this.kept.length < before;
  }

  private forget(upTo: number): void {
    let count = 0;
    while (count < this.kept.length && this.kept[count].number <= upTo) {
      this.keptBytes -= this.kept[count].sealed.length + FRAME_OVERHEAD_BYTES;
      count += 1;
    }
    if (count === 0) return;
    this.kept.splice(0, count);
    this.progressAt = performance.now();
    if (!this.isFull) this.wake();
  }

  private wake(): void {
    const writers = this.wakeWriters;
    this.wakeWriters = [];
    for (const resume of writers) resume();
  }
}
