import { EventEmitter } from 'node:events';

/** A handler's response stream that is controlled by a test. */
export class ResponseStream extends EventEmitter {
  public readonly turns: string[][] = [];
  public destroyed = false;
  public writableFinished = false;
  public accepts = true;
  private turn?: string[];

  public write(chunk: Buffer | string): boolean {
    if (!this.turn) {
      this.turns.push(this.turn = []);
      setImmediate(() => { this.turn = undefined; });
    }
    this.turn.push(String(chunk));
    return this.accepts;
  }

  public end(): void {
    this.writableFinished = true;
    this.emit('finish');
    this.close();
  }

  public close(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

/** Installs a global `awslambda` that writes metadata before the first chunk. The returned function removes it. */
export function provideAwslambda(): () => void {
  const target = globalThis as { awslambda?: unknown };
  target.awslambda = {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from: (stream: ResponseStream, metadata: object) => ({
        write: (chunk: string) => {
          stream.write(`${JSON.stringify(metadata)}|`);
          return stream.write(chunk);
        },
      }),
    },
  };
  return () => { delete target.awslambda; };
}
