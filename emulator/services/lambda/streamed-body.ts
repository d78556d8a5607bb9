import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { LambdaFunctionError } from './lambda-errors';
import type { ResponseBandwidth } from './response-bandwidth';

/** Outcome of a response: the error that the runtime or the platform reported, if any. */
export interface InvocationEnd {
  readonly error?: { readonly type: string; readonly message: string };
}

const ERROR_TYPE = 'lambda-runtime-function-error-type';
const ERROR_BODY = 'lambda-runtime-function-error-body';

export const TRUNCATED: InvocationEnd = { error: { type: 'Runtime.TruncatedResponse', message: 'the response was interrupted' } };

/** Outcome of a body that was received completely: trailers that `Trailer` did not announce are dropped. */
export function endOf({ headers, trailers }: IncomingMessage): InvocationEnd {
  const announced = String(headers.trailer ?? '').toLowerCase().split(',').map((name) => name.trim());
  const trailer = (name: string) => announced.includes(name) ? String(trailers[name] ?? '') : '';
  const type = trailer(ERROR_TYPE);
  return type ? { error: { type, message: Buffer.from(trailer(ERROR_BODY), 'base64').toString() } } : {};
}

/** Resolves at the end of a body: with its trailers, or as truncated. */
export function received(request: IncomingMessage): Promise<InvocationEnd> {
  return new Promise((resolve) => {
    request.once('end', () => resolve(endOf(request)));
    request.once('error', () => undefined);
    request.once('close', () => resolve(TRUNCATED));
  });
}

export interface StreamedBodyProps {
  readonly ended: Promise<InvocationEnd>;
  /** @default unlimited */
  readonly bandwidth?: ResponseBandwidth;
  /** Scales a platform duration to emulated milliseconds. */
  readonly limit: (milliseconds: number) => number;
}

/** The body of a request, with back-pressure. An error is emitted after all earlier data. */
export function streamedBody(request: IncomingMessage, { ended, bandwidth, limit }: StreamedBodyProps): Readable {
  let failure: Error | undefined;
  let end: InvocationEnd | undefined;
  let timer: NodeJS.Timeout | undefined;
  const body = new Readable({
    highWaterMark: 1,
    read() {
      if (timer) return;
      if (failure) this.destroy(failure);
      else request.resume();
    },
    destroy(error, callback) {
      clearTimeout(timer);
      // Lambda continues to read after the caller has disconnected.
      request.resume();
      callback(error);
    },
  });
  const push = (chunk: Buffer) => {
    if (!body.destroyed && !body.push(chunk)) request.pause();
  };
  const finish = () => {
    if (body.destroyed || timer || !end) return;
    if (!end.error) return void body.push(null);
    failure = new LambdaFunctionError(end.error.type, end.error.message);
    if (body.readableLength === 0) body.destroy(failure);
  };
  request.on('data', (chunk: Buffer) => {
    const delay = body.destroyed ? 0 : limit(bandwidth?.delayOf(chunk.length) ?? 0);
    if (delay === 0) return push(chunk);
    request.pause();
    timer = setTimeout(() => {
      timer = undefined;
      push(chunk);
      finish();
    }, delay);
  });
  void ended.then((value) => {
    end = value;
    finish();
  });
  return body;
}
