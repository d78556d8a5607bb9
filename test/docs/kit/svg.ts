/** A picture of docs/images. */
export interface Picture {
  /** In the order of the file. */
  readonly texts: readonly string[];
  /** Texts of the class `title`. */
  readonly titles: readonly string[];
  /** The colors of each theme, by the names of their CSS variables. */
  readonly themes: Readonly<Record<'light' | 'dark', Readonly<Record<string, string>>>>;
  /** Names of the background colors of texts. */
  readonly fills: readonly string[];
}

export function parse(svg: string): Picture {
  const texts = [...svg.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)].map(([, attributes, text]) => ({ attributes, text }));
  const [light, dark] = svg.split('@media (prefers-color-scheme: dark)').map(colorsIn);
  return {
    texts: texts.map(({ text }) => text),
    titles: texts.filter(({ attributes }) => /class="title\b/.test(attributes)).map(({ text }) => text),
    themes: { light, dark },
    fills: Object.keys(light).filter((name) => name === 'page' || name === 'group' || name.endsWith('-fill')),
  };
}

function colorsIn(css: string): Record<string, string> {
  return Object.fromEntries([...css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, color]) => [name, color]));
}

/** Ratio of the luminances of two colors, as WCAG defines it. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [a, b].map(luminance).sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
