import * as fc from 'fast-check';
import { EventPadding } from '../../../runtime/relay/pad-events';

function pad(text: string, bytes: number, cuts: readonly number[] = []): string {
  const padding = new EventPadding(bytes);
  const all = Buffer.from(text);
  const at = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b), all.length];
  return Buffer.concat(at.slice(1).map((end, i) => padding.apply(all.subarray(at[i], end)))).toString();
}

test.each([
  ['an event', 'data: 1\n\n', `data: 1\n\n:${' '.repeat(8)}\n\n`],
  ['two events', 'data: 1\n\ndata: 22\n\n', `data: 1\n\n:${' '.repeat(8)}\n\ndata: 22\n\n:${' '.repeat(7)}\n\n`],
  ['lines that end in CR and LF', 'data: 1\r\n\r\n', `data: 1\r\n\r\n:${' '.repeat(6)}\n\n`],
  ['an event of several lines', 'event: m\ndata: 1\n\n', 'event: m\ndata: 1\n\n:\n\n'],
  ['an event of that size', `data: ${'x'.repeat(12)}\n\n`, `data: ${'x'.repeat(12)}\n\n`],
  ['a larger one', `data: ${'x'.repeat(99)}\n\n`, `data: ${'x'.repeat(99)}\n\n`],
  ['what is no whole event', 'data: 1\n', 'data: 1\n'],
])('pads %s to 20 bytes', (_, text, expected) => {
  expect(pad(text, 20)).toBe(expected);
});

test('bytes are counted, not characters', () => {
  expect(pad('data: ü\n\n', 20)).toBe(`data: ü\n\n:${' '.repeat(7)}\n\n`);
});

const LINES = fc.array(fc.stringMatching(/^[a-zü:]{1,30}$/), { minLength: 1, maxLength: 4 });

test('each event has at least that size with any chunks, and the padding consists of comments', () => {
  fc.assert(fc.property(fc.array(LINES), fc.array(fc.nat(500)), fc.integer({ min: 1, max: 200 }), (events, cuts, bytes) => {
    const text = events.map((lines) => `${lines.map((line) => `data:${line}`).join('\n')}\n\n`).join('');
    const padded = pad(text, bytes, cuts);
    expect(padded.replace(/: *\n\n/g, (match, at: number) => (at === 0 || padded[at - 1] === '\n' ? '' : match))).toBe(text);
    const blocks = padded.split(/(?<=\n\n)(?=data)/);
    if (text) for (const block of blocks) expect(Buffer.byteLength(block)).toBeGreaterThanOrEqual(bytes);
  }));
});
