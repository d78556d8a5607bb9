import type { Readable, Writable } from 'node:stream';

const LF = 0x0a;

/** Longer lines are forwarded in parts. */
const LONGEST_LINE = 1024 * 1024;

/** Forwards output in whole lines, so that other lines in the same stream do not interrupt them. */
export function forwardLines(from: Readable, to: Writable, seen: (lines: string) => void): void {
  let held: Buffer[] = [];
  let length = 0;
  const pass = () => {
    if (!length) return;
    const lines = Buffer.concat(held);
    held = [];
    length = 0;
    to.write(lines);
    seen(lines.toString());
  };
  const hold = (part: Buffer) => {
    held.push(part);
    length += part.length;
  };
  from.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(LF) + 1;
    hold(chunk.subarray(0, end || chunk.length));
    if (end || length > LONGEST_LINE) pass();
    if (end && end < chunk.length) hold(chunk.subarray(end));
  });
  from.once('close', pass);
}
