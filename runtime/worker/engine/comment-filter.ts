const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;

/**
 * Tells the content of an event stream from its comments: lines that begin with a colon, and empty lines. LibreChat sends
 * comments at a fixed interval whether or not the model says anything.
 */
export class CommentFilter {
  private at: 'start' | 'comment' | 'content' = 'start';

  /** Whether the chunk, which continues the one before, holds a byte of anything but comments and line ends. */
  public hasContent(chunk: Buffer): boolean {
    let found = false;
    for (const byte of chunk) {
      if (byte === LF || byte === CR) {
        this.at = 'start';
        continue;
      }
      if (this.at === 'start') this.at = byte === COLON ? 'comment' : 'content';
      if (this.at === 'content') found = true;
    }
    return found;
  }
}
