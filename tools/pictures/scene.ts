/** What a picture is made of, in CSS pixels, before anything is said of colours. */
export interface Scene {
  /** Name of the files. */
  readonly name: string;
  readonly title: string;
  /** The whole picture in words, for those who do not see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** Frames around boxes. */
  readonly groups: readonly Box[];
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  readonly dots: readonly Dot[];
  /** Words that stand in no box. */
  readonly labels: readonly Label[];
}

/** What is behind a text. */
export type Surface = 'page' | 'group' | 'box' | 'busy';

/** Colours by their meaning. */
export type Tone = 'text' | 'muted' | 'line' | 'edge' | 'compute' | 'data' | 'settings';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Box extends Rectangle {
  readonly id: string;
  readonly surface: Surface;
  /** Colour of the bar at its left side. */
  readonly accent?: Tone;
  readonly dashed?: boolean;
  readonly texts: readonly Text[];
}

export interface Text {
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly tone: Tone;
  readonly bold?: boolean;
  readonly mono?: boolean;
  /** @default 'start' */
  readonly anchor?: 'start' | 'middle' | 'end';
}

export interface Label extends Text {
  readonly surface: Surface;
}

export interface Arrow {
  readonly points: readonly Point[];
  readonly tone: Tone;
  /** @default true */
  readonly head?: boolean;
  readonly dashed?: boolean;
}

export interface Dot {
  readonly at: Point;
  readonly tone: Tone;
}

export type Point = readonly [x: number, y: number];
