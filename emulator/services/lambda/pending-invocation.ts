import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { LambdaFunctionError } from './lambda-errors';
import type { ResponseBandwidth } from './response-bandwidth';
import { received, streamedBody, type InvocationEnd } from './streamed-body';

/** A response that has started. */
export interface StreamedInvocation {
  readonly requestId: string;
  /** The execution environment that serves it. */
  readonly environmentId: number;
  readonly contentType: string;
  /** Breaks off with an error where the runtime reports one in its trailers or dies. */
  readonly body: Readable;
  /** Resolves when the response is complete or broken off. */
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
  /** A duration of the platform, in milliseconds of this emulation. */
  readonly limit: (milliseconds: number) => number;
}

/** One event on its way through an environment. */
export class PendingInvocation {
  public readonly begun: Promise<StreamedInvocation>;
  /** Resolves when the function has responded to the end, or failed. */
  public readonly finished: Promise<InvocationEnd>;
  /** True when the response or error is complete. */
  public complete = false;
  public deadline = 0;
  public readonly id: string;

  private resolveBegun!: (response: StreamedInvocation) => void;
  private rejectBegun!: (error: Error) => void;
  private finish!: (end: InvocationEnd) => void;
  private streaming = false;

  public constructor(public readonly props: PendingInvocationProps) {
    this.id = props.requestId ?? randomUUID();
    this.begun = new Promise((resolve, reject) => {
      this.resolveBegun = resolve;
      this.rejectBegun = reject;
    });
    this.finished = new Promise((resolve) => (this.finish = resolve));
    // A caller that went away must not end the emulator.
    this.begun.catch(() => undefined);
  }

  /** True while the runtime sends a response. */
  public get streams(): boolean {
    return !this.complete && this.streaming;
  }

  /** Streams the body of the runtime's POST to the caller; resolves when all of it has been read, to how it ended. */
  public async stream(request: IncomingMessage, environmentId: number): Promise<InvocationEnd> {
    const { bandwidth, limit } = this.props;
    const ended = this.finished;
    this.streaming = true;
    const receiving = received(request).then((end) => {
      this.finish(end);
      return end;
    });
    const body = streamedBody(request, { ended, bandwidth: bandwidth?.(), limit });
    body.on('error', () => undefined);
    const begin = () => this.resolveBegun({
      requestId: this.id,
      environmentId,
      contentType: request.headers['content-type'] ?? 'application/octet-stream',
      body,
      ended,
    });
    // Not with the headers: Lambda sends nothing before it has something to send.
    request.once('data', begin);
    void ended.then(begin);
    const end = await receiving;
    this.complete = true;
    return end;
  }

  /** Hands the caller a response that was collected first. */
  public buffered(payload: Buffer, contentType: string, environmentId: number): void {
    this.complete = true;
    this.finish({});
    const body = Readable.from(payload.length ? [payload] : []);
    this.resolveBegun({ requestId: this.id, environmentId, contentType, body, ended: this.finished });
  }

  /** Ends it with an error: rejected before the response began, broken off after. */
  public fail(type: string, message: string, report?: Buffer): void {
    this.complete = true;
    this.finish({ error: { type, message } });
    this.rejectBegun(new LambdaFunctionError(type, message, report));
  }
}
