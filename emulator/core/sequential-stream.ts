import { Readable } from 'node:stream';

/**
 * A stream of the chunks that `next` returns, without reading ahead: an error is emitted after all earlier chunks have been read.
 * Destroying the stream destroys `source` immediately, even while `next` is pending; a generator would wait for that chunk first.
 */
export function sequentialStream(source: Readable, next: () => Promise<IteratorResult<Buffer, unknown>>): Readable {
  return new Readable({
    highWaterMark: 1,
    read() {
      next().then(
        ({ value, done }) => this.destroyed || this.push(done ? null : value as Buffer),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, callback) {
      source.destroy();
      callback(error);
    },
  });
}
