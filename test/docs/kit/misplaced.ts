import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const BROWSER_MS = 60_000;

/** Runs in the page. The box of a text is the rectangle of its group; labels have none. */
const FIND_MISPLACED = `
  const rectangle = (element) => element.getBoundingClientRect();
  const holds = (a, b) => b.left >= a.left && b.right <= a.right && b.top >= a.top && b.bottom <= a.bottom;
  const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const texts = [...document.querySelectorAll('text')];
  const labels = texts.filter((text) => text.parentNode.nodeName === 'svg');
  const found = texts.flatMap((text, index) => [
    ...holds(rectangle(text.parentNode.querySelector(':scope > rect') ?? document.querySelector('svg')), rectangle(text)) ? [] : [text.textContent + ' leaves its box'],
    ...labels.includes(text) ? [...document.querySelectorAll('.box')].filter((box) => overlap(rectangle(text), rectangle(box))).map(() => text.textContent + ' covers a box') : [],
    ...texts.slice(index + 1).filter((other) => overlap(rectangle(text), rectangle(other))).map((other) => text.textContent + ' overlaps ' + other.textContent),
  ]);
  document.title = encodeURIComponent(JSON.stringify(found));
`;

/** Texts of a picture that Chromium renders outside of their box, or on another text or box. */
export function misplaced(svg: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'images-'));
  try {
    const page = join(folder, 'page.html');
    writeFileSync(page, `<!doctype html><meta charset="utf-8"><title></title>${svg}<script>${FIND_MISPLACED}</script>`);
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', `--user-data-dir=${join(folder, 'profile')}`];
    const dom = execFileSync('chromium', [...flags, '--dump-dom', page], { encoding: 'utf8', timeout: BROWSER_MS, stdio: ['ignore', 'pipe', 'ignore'] });
    return JSON.parse(decodeURIComponent(/<title>([^<]*)<\/title>/.exec(dom)![1]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
