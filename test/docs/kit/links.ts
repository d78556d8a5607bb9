import { posix } from 'node:path';
import { headingsOf, tokensOf, type Page } from './pages';

/** A link or picture of a page, as it is written. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** The possible targets of links. */
export interface Site {
  readonly files: ReadonlySet<string>;
  readonly pages: ReadonlyMap<string, Page>;
}

const REPOSITORY = 'https://github.com/librechat-serverless/cdk-librechat-serverless/';
const HTML_TARGET = /\b(?:src|srcset|href)="([^"]+)"/g;

export function siteOf(files: readonly string[], pages: readonly Page[]): Site {
  const folders = files.flatMap((file) => file.split('/').slice(0, -1).map((_, depth, parts) => parts.slice(0, depth + 1).join('/')));
  return { files: new Set([...files, ...folders, '.']), pages: new Map(pages.map((page) => [page.path, page])) };
}

export function linksOf(page: Page): Link[] {
  return tokensOf(page).flatMap(({ token, line }) => {
    const targets = token.type.startsWith('html_')
      ? [...token.content.matchAll(HTML_TARGET)].map(([, target]) => target)
      : [String(token.attrGet('href') ?? token.attrGet('src') ?? '')];
    return targets.filter((target) => target !== '').map((target) => ({ target, line }));
  });
}

/** The reason why a link is broken. Undefined for valid and external links. */
export function mistakeIn({ target }: Link, page: Page, site: Site): string | undefined {
  const inRepository = target.startsWith(REPOSITORY) ? /^(?:blob|tree)\/([^/]+)\/(.*)$/.exec(target.slice(REPOSITORY.length)) : undefined;
  if (inRepository && inRepository[1] !== 'main') return 'the branch is main';
  if (!inRepository && /^[a-z]+:/.test(target)) return /^(https|mailto):/.test(target) ? undefined : 'links out are https';
  const [path, anchor] = (inRepository ? inRepository[2] : target).split('#');
  if (path.startsWith('/')) return 'links within the project are relative';
  const file = inRepository ? posix.normalize(path || '.').replace(/\/$/, '') : resolved(path, page);
  if (!site.files.has(file)) return `there is no ${file}`;
  if (anchor === undefined) return undefined;
  const there = site.pages.get(file);
  if (!there) return 'only pages have headings';
  return anchorsOf(there).has(anchor) ? undefined : `${file} has no heading #${anchor}`;
}

function resolved(path: string, page: Page): string {
  return path === '' ? page.path : posix.normalize(posix.join(posix.dirname(page.path), decodeURI(path))).replace(/\/$/, '');
}

/** Anchors of headings as GitHub generates them, and names in HTML. */
function anchorsOf(page: Page): Set<string> {
  const anchors = new Set<string>();
  for (const heading of headingsOf(page)) {
    const slug = slugOf(heading);
    let name = slug;
    for (let again = 1; anchors.has(name); again++) name = `${slug}-${again}`;
    anchors.add(name);
  }
  for (const { token } of tokensOf(page)) {
    if (token.type.startsWith('html_')) for (const [, name] of token.content.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(name);
  }
  return anchors;
}

/** @see https://github.com/Flet/github-slugger */
export function slugOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replace(/ /g, '-');
}
