import type { Rectangle, Text } from './scene';

/** Widths of Helvetica's characters in thousandths of the size; Arial's and those of its free doubles are the same. */
const WIDTHS: ReadonlyArray<[characters: string, width: number]> = [
  ['ijl\'|', 222], ['ft ,./:;!·I()[]{}-', 290], ['r', 333], ['"', 355], ['*', 389],
  ['ckszvxyJ', 500], ['abdeghnopqu0123456789L_$?', 556], ['=+<>≥×', 600],
  ['FTZ', 611], ['ABEKPSVXY&', 667], ['CDHNRUw', 722], ['GOQ', 778], ['mM', 833], ['%', 889], ['W–…→', 1000],
];
const WIDEST = 1000;
const MONO = 602;

/** Other systems have other fonts, and bold ones: a text may come out by this much wider. */
const MARGIN = 1.08;

function widthOf({ text, size, bold, mono }: Text): number {
  const thousandths = [...text].reduce((sum, character) => sum + (mono ? MONO : widthOfCharacter(character)), 0);
  return thousandths / 1000 * size * MARGIN * (bold && !mono ? 1.06 : 1);
}

function widthOfCharacter(character: string): number {
  return WIDTHS.find(([characters]) => characters.includes(character))?.[1] ?? WIDEST;
}

/** What a text covers, with its descenders. */
export function extentOf(text: Text): Rectangle {
  const width = widthOf(text);
  const before = { start: 0, middle: width / 2, end: width }[text.anchor ?? 'start'];
  return { x: text.x - before, y: text.y - text.size * 0.78, width, height: text.size };
}
