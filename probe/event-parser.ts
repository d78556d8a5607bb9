/** A frame of an event stream: an event, or a comment, which says nothing but that the stream lives. */
export type Frame = { readonly name: string; readonly data: string } | { readonly comment: string };

/** Makes frames of text that comes in pieces. */
export class EventParser {
  private rest = '';

  /** The frames that this piece completes. */
  push(piece: string): Frame[] {
    const frames = (this.rest + piece).split('\n\n');
    this.rest = frames.pop()!;
    return frames.filter(Boolean).map(frameOf);
  }
}

function frameOf(text: string): Frame {
  const fields = text.split('\n').map((line) => line.split(/: ?(.*)/s));
  const valuesOf = (name: string) => fields.filter(([key]) => key === name).map(([, value]) => value);
  const data = valuesOf('data');
  if (!data.length) return { comment: valuesOf('').join('\n') };
  return { name: valuesOf('event')[0] ?? 'message', data: data.join('\n') };
}
