import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** How a response ended: without an error, or with the one that the runtime or the platform reported. */
export interface InvocationEnd {
  readonly error?: { readonly type: string; readonly message: string };
}

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

export type LambdaErrorCode =
  | 'TooManyRequestsException'
  | 'RequestTooLargeException'
  | 'ResourceNotReadyException'
  | 'CodeArtifactUserPendingException'
  | 'RecursiveInvocationException';

/** Lambda rejected the invocation: no environment received the event. */
export class LambdaServiceError extends Error {
  /** @param fields further fields of the error, such as `Reason` */
  public constructor(
    public readonly code: LambdaErrorCode,
    public readonly status: number,
    message: string,
    public readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

export interface PendingInvocationProps {
  readonly payload: Buffer;
  /** The ARN that the caller used. */
  readonly functionArn: string;
  readonly traceId: string;
  /** @default generated */
  readonly requestId?: string;
}

/** The function failed before its response started. */
export class LambdaFunctionError extends Error {
  /** @param report the runtime's error report; undefined for errors of the platform */
  public constructor(public readonly errorType: string, message: string, public readonly report?: Buffer) {
    super(message);
    this.name = 'LambdaFunctionError';
  }
}

/** One event on its way through an environment. */
export class PendingInvocation {
  public readonly begun: Promise<StreamedInvocation>;
  /** True from the first byte of the response or error on. */
  public responded = false;
  /** True when the response or error is complete. */
  public complete = false;
  public deadline = 0;
  public readonly id: string;

  private resolveBegun!: (response: StreamedInvocation) => void;
  private rejectBegun!: (error: Error) => void;
  private endStream?: (end: InvocationEnd) => void;

  public constructor(public readonly props: PendingInvocationProps) {
    this.id = props.requestId ?? randomUUID();
    this.begun = new Promise((resolve, reject) => {
      this.resolveBegun = resolve;
      this.rejectBegun = reject;
    });
    // A caller that went away must not end the emulator.
    this.begun.catch(() => undefined);
  }

  /** Streams the body of the runtime's POST to the caller; resolves when all of it has been read. */
  public async stream(request: IncomingMessage, environmentId: number): Promise<void> {
    this.responded = true;
    const ended = new Promise<InvocationEnd>((resolve) => (this.endStream = resolve));
    const received = bodyEnd(request).then((end) => this.endStream?.(end));
    const body = relay(request, ended);
    body.on('error', () => undefined);
    this.resolveBegun({
      requestId: this.id,
      environmentId,
      contentType: request.headers['content-type'] ?? 'application/octet-stream',
      body,
      ended,
    });
    await received;
    this.complete = true;
  }

  /** Hands the caller a response that was collected first. */
  public buffered(payload: Buffer, contentType: string, environmentId: number): void {
    this.responded = this.complete = true;
    const body = Readable.from(payload.length ? [payload] : []);
    this.resolveBegun({ requestId: this.id, environmentId, contentType, body, ended: Promise.resolve({}) });
  }

  /** Ends it with an error: rejected before the response began, broken off after. */
  public fail(type: string, message: string, report?: Buffer): void {
    this.responded = this.complete = true;
    this.endStream?.({ error: { type, message } });
    this.rejectBegun(new LambdaFunctionError(type, message, report));
  }
}

/** The body of a request, no faster than it is read; an error comes after all that came before it. */
function relay(request: IncomingMessage, ended: Promise<InvocationEnd>): Readable {
  let failure: Error | undefined;
  const body = new Readable({
    highWaterMark: 1,
    read() {
      if (failure) this.destroy(failure);
      else request.resume();
    },
    destroy(error, callback) {
      // Lambda goes on reading after the caller has gone.
      request.resume();
      callback(error);
    },
  });
  request.on('data', (chunk: Buffer) => {
    if (!body.destroyed && !body.push(chunk)) request.pause();
  });
  void ended.then(({ error }) => {
    if (body.destroyed) return;
    if (!error) return void body.push(null);
    failure = new LambdaFunctionError(error.type, error.message);
    if (body.readableLength === 0) body.destroy(failure);
  });
  return body;
}

function bodyEnd(request: IncomingMessage): Promise<InvocationEnd> {
  return new Promise((resolve) => {
    request.once('end', () => {
      const type = request.trailers['lambda-runtime-function-error-type'];
      const body = request.trailers['lambda-runtime-function-error-body'];
      resolve(type ? { error: { type, message: Buffer.from(body ?? '', 'base64').toString() } } : {});
    });
    request.once('error', () => undefined);
    request.once('close', () => resolve({ error: { type: 'Runtime.TruncatedResponse', message: 'the response was broken off' } }));
  });
}
