import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { LambdaFunctionError } from './lambda-errors';
import { outputRead } from './output-read';
import type { ResponseBandwidth } from './response-bandwidth';
import { received, streamedBody, type InvocationEnd } from './streamed-body';

/** A response that has started. */
export interface StreamedInvocation {
  readonly requestId: string;
  /** The execution environment that serves it. */
  readonly environmentId: number;
  readonly contentType: string;
  /** Fails if the runtime reports an error in its trailers, or dies. */
  readonly body: Readable;
  /** Resolves when the response is complete or aborted. */
  readonly ended: Promise<InvocationEnd>;
}

export interface PendingInvocationProps {
  readonly payload: Buffer;
  /** The ARN that the caller used. */
  readonly functionArn: string;
  readonly traceId: string;
  /** The caller gets the response when it is complete. @default false */
  readonly buffered?: boolean;
  /** @default generated */
  readonly requestId?: string;
  /** The bandwidth of a streamed response. @default unlimited */
  readonly bandwidth?: () => ResponseBandwidth;
  /** Scales a platform duration to emulated milliseconds. */
  readonly limit: (milliseconds: number) => number;
}

/** One invocation, from its acceptance to its end. */
export class PendingInvocation {
  public readonly started: Promise<StreamedInvocation>;
  /** Resolves when the function has responded completely, or failed. */
  public readonly finished: Promise<InvocationEnd>;
  /** True when the response or error is complete. */
  public complete = false;
  public deadline = 0;
  public readonly id: string;

  private resolveStarted!: (response: StreamedInvocation) => void;
  private rejectStarted!: (error: Error) => void;
  private finish!: (end: InvocationEnd) => void;
  private streaming = false;

  public constructor(public readonly props: PendingInvocationProps) {
    this.id = props.requestId ?? randomUUID();
    this.started = new Promise((resolve, reject) => {
      this.resolveStarted = resolve;
      this.rejectStarted = reject;
    });
    this.finished = new Promise((resolve) => (this.finish = resolve));
    // If the caller has disconnected, the rejection must not end the emulator.
    this.started.catch(() => undefined);
  }

  /** True while the runtime sends a response. */
  public get streams(): boolean {
    return !this.complete && this.streaming;
  }

  /** Streams the body of the runtime's POST to the caller; resolves when it has been read, to its outcome. */
  public async stream(request: IncomingMessage, environmentId: number): Promise<InvocationEnd> {
    const { bandwidth, limit } = this.props;
    const ended = this.finished;
    this.streaming = true;
    const receiving = received(request).then(async (end) => {
      this.complete = true;
      await outputRead();
      this.finish(end);
      return end;
    });
    const body = streamedBody(request, { ended, bandwidth: bandwidth?.(), limit });
    body.on('error', () => undefined);
    const begin = () => this.resolveStarted({
      requestId: this.id,
      environmentId,
      contentType: request.headers['content-type'] ?? 'application/octet-stream',
      body,
      ended,
    });
    // Not on the headers: Lambda starts the response with its first bytes.
    request.once('data', begin);
    void ended.then(begin);
    return receiving;
  }

  /** Returns a buffered response to the caller. */
  public async buffered(payload: Buffer, contentType: string, environmentId: number): Promise<void> {
    this.complete = true;
    await outputRead();
    this.finish({});
    const body = Readable.from(payload.length ? [payload] : []);
    this.resolveStarted({ requestId: this.id, environmentId, contentType, body, ended: this.finished });
  }

  /** Fails the invocation: rejects before the start of the response, aborts the body after it. */
  public fail(type: string, message: string, report?: Buffer): void {
    this.complete = true;
    this.finish({ error: { type, message } });
    this.rejectStarted(new LambdaFunctionError(type, message, report));
  }
}
