import { setImmediate as turn } from 'node:timers/promises';
import type { OwnResponse } from './own-response';
import type { ResponseMetadata } from './response';

/** The response to the client. */
export class ClientResponse {
  public statusCode?: number;
  private readonly controller = new AbortController();

  public constructor(private readonly out: LambdaResponseStream) {
    const closed = () => { if (!out.writableFinished) this.controller.abort(); };
    out.once('close', closed);
    out.on('error', closed);
  }

  /** Aborted when the platform accepts no more data. */
  public get gone(): AbortSignal {
    return this.controller.signal;
  }

  /** Sends status and headers. */
  public async begin(metadata: ResponseMetadata): Promise<void> {
    if (this.out.destroyed) return;
    this.statusCode = metadata.statusCode;
    awslambda.HttpResponseStream.from(this.out, metadata).write('');
    // There are reports of responses that were buffered completely when the metadata was in one packet with the first event.
    await turn();
  }

  /** Resolves when more may be written, or when the signal is aborted. */
  public async write(chunk: Buffer, signal: AbortSignal): Promise<void> {
    const { out } = this;
    // A stream that is destroyed never drains.
    if (out.destroyed || signal.aborted || out.write(chunk) || out.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        out.off('drain', done);
        out.off('close', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      out.once('drain', done);
      out.once('close', done);
      signal.addEventListener('abort', done);
    });
  }

  /** Ends the response. Resolves when the platform has all of it, or accepts no more data. */
  public async end(): Promise<void> {
    const { out } = this;
    if (out.destroyed) return;
    await new Promise<void>((resolve) => {
      out.once('finish', resolve);
      out.once('close', resolve);
      out.end();
    });
  }

  /** Sends a complete response of the relay itself. */
  public async respond({ metadata, body }: OwnResponse): Promise<void> {
    await this.begin(metadata);
    if (!this.out.destroyed) this.out.write(body);
    await this.end();
  }
}
