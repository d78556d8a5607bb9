import { CommentFilter } from './comment-filter';

/** The end of an event: two line breaks. CRLF is one line break. */
const BETWEEN_EVENTS = /(?:\n|\r(?!\n))(?:\r\n|\n|\r)$/;

/** Number of characters that `BETWEEN_EVENTS` may match. */
const TAIL = 4;

/** A comment, which clients of event streams ignore. */
const PING = Buffer.from(': ping\n\n');

export interface HeartbeatProps {
  readonly intervalMs: number;
  /** Maximum time without an event. Comments do not count. */
  readonly idleMs: number;
  readonly ping: (comment: Buffer) => void;
  readonly onIdle: () => void;
}

/**
 * Keeps a silent event stream open, and detects one that has died.
 *
 * CloudFront closes a response that is silent for longer than its read timeout, and models may be silent for longer.
 */
export class Heartbeat {
  private tail = '\n\n';
  private readonly comments = new CommentFilter();
  private readonly beat: NodeJS.Timeout;
  private readonly idle: NodeJS.Timeout;

  public constructor(private readonly props: HeartbeatProps) {
    this.beat = setInterval(() => this.ping(), props.intervalMs);
    this.idle = setTimeout(props.onIdle, props.idleMs);
  }

  /** Must be called for each chunk of the stream, just before it is written. */
  public heard(chunk: Buffer): void {
    this.tail = (this.tail + chunk.toString('latin1', Math.max(0, chunk.length - TAIL))).slice(-TAIL);
    this.beat.refresh();
    if (this.comments.hasContent(chunk)) this.idle.refresh();
  }

  public stop(): void {
    clearInterval(this.beat);
    clearTimeout(this.idle);
  }

  private ping(): void {
    if (BETWEEN_EVENTS.test(this.tail)) this.props.ping(PING);
  }
}
