/** The end of the first frame: a blank line. */
const BLANK_LINE = Buffer.from('\n\n');

interface Sync {
  readonly sync?: boolean;
  readonly resumeState?: { readonly userMessage?: object };
}

/**
 * Inserts a `created` frame before LibreChat's `sync` frame if the page did not request to resume: when the page opens a
 * stream for a new message, it shows nothing before it has received `created`.
 */
export async function* withCreated(streamId: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let decided = false;
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    // Comments may come before the first frame.
    for (let end = 0; !decided && (end = held.indexOf(BLANK_LINE)) >= 0;) {
      const frame = held.subarray(0, end + BLANK_LINE.length);
      const data = /^data: ?(.*)$/m.exec(frame.toString())?.[1];
      decided = data !== undefined;
      const created = decided ? createdBefore(data!, streamId) : undefined;
      if (created) yield created;
      yield frame;
      held = held.subarray(frame.length);
    }
    if (!decided || !held.length) continue;
    yield held;
    held = Buffer.alloc(0);
  }
  if (held.length) yield held;
}

/** Undefined unless the frame is a `sync` that contains the user's message. */
function createdBefore(data: string, streamId: string): Buffer | undefined {
  let frame: Sync | null;
  try {
    frame = JSON.parse(data) as Sync | null;
  } catch {
    return undefined;
  }
  const userMessage = frame?.sync ? frame.resumeState?.userMessage : undefined;
  if (!userMessage) return undefined;
  const created = { created: true, message: { ...userMessage, sender: 'User', isCreatedByUser: true }, streamId };
  return Buffer.from(`event: message\ndata: ${JSON.stringify(created)}\n\n`);
}
