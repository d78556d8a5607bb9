/** A server-sent event. */
export interface ServerSentEvent {
  readonly name: string;
  readonly data: string;
}

/** Makes events of text that comes in pieces; comments, which keep silent streams alive, are passed over. */
export class EventParser {
  private rest = '';

  /** The events that this piece completes. */
  push(piece: string): ServerSentEvent[] {
    const frames = (this.rest + piece).split('\n\n');
    this.rest = frames.pop()!;
    return frames.map(parse).filter((event) => event !== undefined);
  }
}

function parse(frame: string): ServerSentEvent | undefined {
  const fields = frame.split('\n').filter((line) => !line.startsWith(':')).map((line) => line.split(/: ?(.*)/s));
  const data = fields.filter(([name]) => name === 'data').map(([, value]) => value).join('\n');
  if (!data) return undefined;
  return { name: fields.find(([name]) => name === 'event')?.[1] ?? 'message', data };
}
