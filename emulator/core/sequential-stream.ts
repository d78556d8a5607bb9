import { Readable } from 'node:stream';

/**
 * A stream of what `next` gives, piece by piece and never ahead: an error comes after all that came before it has been read.
 * Whoever destroys it destroys `source` at once, even while a piece is awaited; a generator would wait for that piece first.
 */
export function pull(source: Readable, next: () => Promise<IteratorResult<Buffer, unknown>>): Readable {
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
