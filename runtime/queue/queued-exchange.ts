import { Readable } from 'node:stream';
import type { Frame } from './frames';
import type { ResponseWriter } from './response-writer';
import type { Exchange, RequestHead, ResponseHead } from '../shared/exchange';

export interface QueuedExchangeProps {
  readonly id: string;
  readonly attempt: string;
  readonly head: RequestHead;
  /** The complete body. Rejects if it is not available. */
  readonly fetchBody: () => Promise<Buffer>;
  readonly writer: ResponseWriter;
  /** Called when the response is stored or no longer needed. */
  readonly onDone: () => void;
}

/** A request that this worker has claimed. */
export class QueuedExchange implements Exchange {
  public readonly id: string;
  public readonly attempt: string;
  public readonly head: RequestHead;
  public readonly body: Readable;
  public readonly writer: ResponseWriter;
  /** Whether the last frame was queued. */
  public ended = false;
  private readonly aborting = new AbortController();

  public constructor(private readonly props: QueuedExchangeProps) {
    this.id = props.id;
    this.attempt = props.attempt;
    this.head = props.head;
    this.writer = props.writer;
    this.body = lazyBody(props.fetchBody);
  }

  public get gone(): AbortSignal {
    return this.aborting.signal;
  }

  public start(head: ResponseHead): Promise<void> {
    return this.writer.write({ type: 'head', head });
  }

  public write(chunk: Buffer): Promise<void> {
    return chunk.length > 0 ? this.writer.write({ type: 'data', data: chunk }) : Promise.resolve();
  }

  public async end(): Promise<void> {
    await this.finish({ type: 'end' });
  }

  public async fail(reason: string): Promise<void> {
    await this.finish({ type: 'error', reason });
  }

  /** Discards the response, which is no longer needed. */
  public leave(reason: string): void {
    if (this.aborting.signal.aborted) return;
    this.writer.close();
    this.aborting.abort(new Error(reason));
    this.body.destroy();
    this.props.onDone();
  }

  private async finish(frame: Frame): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    this.writer.push(frame);
    await this.writer.flushed();
    this.props.onDone();
  }
}

/** A stream that fetches its content when it is read. */
function lazyBody(fetch: () => Promise<Buffer>): Readable {
  return new Readable({
    highWaterMark: 0,
    read() {
      fetch().then(
        (content) => {
          if (content.length > 0) this.push(content);
          this.push(null);
        },
        (error: Error) => this.destroy(error),
      );
    },
  });
}
