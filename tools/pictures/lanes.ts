import type { Arrow, Box, Label, Point, Rectangle, Text } from './scene';

const SIZE = 12;
const NAMES = 30;

/** A horizontal strip of a time line: who, and where it is in the picture. */
export interface Lane {
  readonly name: string;
  readonly remark: string;
  /** Of its middle. */
  readonly y: number;
}

/** The two lines of text before a lane. */
export function nameOf(lane: Lane): Label[] {
  return [
    { x: NAMES, y: lane.y - 2, text: lane.name, size: SIZE, tone: 'text', bold: true, surface: 'group' },
    { x: NAMES, y: lane.y + 13, text: lane.remark, size: 11, tone: 'muted', surface: 'group' },
  ];
}

/** A time in which an environment is busy, and paid for. */
export function busy(id: string, { y }: Lane, from: number, to: number, words: string, accent: Box['accent']): Box {
  const text: Text = { x: from + 14, y: y + 4, text: words, size: SIZE, tone: 'text' };
  return { id, ...strip(y, from, to), surface: 'busy', accent, texts: words ? [text] : [] };
}

/** A time in which an environment is frozen, and free. */
export function frozen(id: string, { y }: Lane, from: number, to: number, words = ''): Box {
  const text: Text = { x: from + 10, y: y + 4, text: words, size: SIZE, tone: 'muted' };
  return { id, ...strip(y, from, to), surface: 'group', dashed: true, texts: words ? [text] : [] };
}

/** A line with nothing on it. */
export function quiet({ y }: Lane, from: number, to: number): Arrow {
  return { points: [[from, y], [to, y]], tone: 'line', head: false, dashed: true };
}

export function vertical(x: number, from: number, to: number, tone: Arrow['tone'] = 'line'): Arrow {
  const points: Point[] = [[x, from], [x, to]];
  return { points, tone };
}

export function remark(text: string, x: number, y: number, anchor?: Text['anchor']): Label {
  return { text, x, y, anchor, size: 11, tone: 'muted', surface: 'group' };
}

function strip(y: number, from: number, to: number): Rectangle {
  return { x: from, y: y - 14, width: to - from, height: 28 };
}
