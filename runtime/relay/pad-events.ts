const LF = 10;
const CR = 13;

/**
 * Pads the events of an event stream, which may be split into any chunks, to a number of bytes: a comment follows each
 * shorter event. Clients ignore comments, and a platform that buffers small writes forwards larger ones.
 */
export class EventPadding {
  private eventBytes = 0;
  private lineBytes = 0;

  public constructor(private readonly bytes: number) {}

  public apply(chunk: Buffer): Buffer {
    const parts: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      this.eventBytes += 1;
      if (chunk[at] !== LF) {
        if (chunk[at] !== CR) this.lineBytes += 1;
        continue;
      }
      const ends = this.lineBytes === 0;
      this.lineBytes = 0;
      if (!ends) continue;
      const missing = this.bytes - this.eventBytes;
      this.eventBytes = 0;
      if (missing <= 0) continue;
      parts.push(chunk.subarray(from, at + 1), comment(missing));
      from = at + 1;
    }
    return parts.length ? Buffer.concat([...parts, chunk.subarray(from)]) : chunk;
  }
}

/** The shortest comment is `:` and two line breaks. */
function comment(bytes: number): Buffer {
  return Buffer.from(`:${' '.repeat(Math.max(0, bytes - 3))}\n\n`);
}
