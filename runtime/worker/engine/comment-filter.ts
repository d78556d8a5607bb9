const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;

/**
 * Distinguishes the content of an event stream from comments (lines that begin with a colon) and empty lines. LibreChat
 * sends comments at a fixed interval, even if the model is silent.
 */
export class CommentFilter {
  private at: 'start' | 'comment' | 'content' = 'start';

  /** Whether the chunk, which continues the previous one, contains anything but comments and line breaks. */
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
