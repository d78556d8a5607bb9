import { CommentFilter } from './comment-filter';

/** The end of an event: a line's end, then another, and no CRLF counted as two. */
const BETWEEN_EVENTS = /(?:\n|\r(?!\n))(?:\r\n|\n|\r)$/;

/** As much as `BETWEEN_EVENTS` may look at. */
const TAIL = 4;

/** A comment, which readers of event streams skip. */
const PING = Buffer.from(': ping\n\n');

export interface HeartbeatProps {
  readonly intervalMs: number;
  /** How long the stream may say nothing itself. Comments do not count, whoever sends them. */
  readonly idleMs: number;
  readonly ping: (comment: Buffer) => void;
  readonly onIdle: () => void;
}

/**
 * Keeps a silent event stream alive on its way to the browser, and notices one that has died.
 *
 * CloudFront cuts a response off that pauses for longer than its read timeout, and a model may think for longer.
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

  /** Takes note of a chunk of the stream, just before it is written. */
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
