import type { Surface, Tone } from './scene';

export interface Palette {
  readonly name: 'light' | 'dark';
  readonly surfaces: Readonly<Record<Surface, string>>;
  readonly tones: Readonly<Record<Tone, string>>;
  /** The frames of groups and boxes. */
  readonly frame: string;
}

/** GitHub's own page colours, so that a picture has no edge there. */
export const PALETTES: readonly Palette[] = [
  {
    name: 'light',
    surfaces: { page: '#ffffff', group: '#f6f8fa', box: '#ffffff', busy: '#ddf4ff' },
    tones: {
      text: '#1f2328', muted: '#59636e', line: '#6e7781', edge: '#0969da', compute: '#8250df', data: '#1a7f37', settings: '#9a6700',
    },
    frame: '#d1d9e0',
  },
  {
    name: 'dark',
    surfaces: { page: '#0d1117', group: '#151b23', box: '#212830', busy: '#12315a' },
    tones: {
      text: '#f0f6fc', muted: '#a6adb6', line: '#9198a1', edge: '#58a6ff', compute: '#bc8cff', data: '#56d364', settings: '#e3b341',
    },
    frame: '#3d444d',
  },
];

/** How well a colour stands out from another: from 1 to 21, as https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio has it. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5]
    .map((start) => parseInt(colour.slice(start, start + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
