import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';

export const ROOT = join(__dirname, '../../..');

/** A Markdown file of this project. */
export interface Page {
  /** From the root, such as `docs/domain.md`. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block, or an indented one, which has no language. */
export interface Block {
  readonly page: Page;
  readonly line: number;
  readonly language: string;
  /** Further words after the language, such as `nofixture`. */
  readonly flags: string[];
  readonly code: string;
}

/** A row of a table: its cells by the heads of their columns, in lower case. */
export type Row = Readonly<Record<string, string>>;

const parser = new MarkdownIt({ html: true });
type Token = ReturnType<typeof parser.parse>[number];

/** Files that git tracks, and new ones that it does not ignore. */
export const FILES: readonly string[] = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file && existsSync(join(ROOT, file)));

export const PAGES: readonly Page[] = FILES.filter((file) => file.endsWith('.md')).map(pageAt);

/** Pages that are not generated: API.md is generated from docstrings, and the changelog from commits. */
export const WRITTEN = PAGES.filter(({ path }) => path !== 'API.md' && path !== 'CHANGELOG.md');

export function pageAt(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** Every token of a page, including inline ones, with its line. */
export function tokensOf(page: Page): Array<{ token: Token; line: number }> {
  let line = 1;
  return parser.parse(page.text, {}).flatMap((token) => {
    if (token.map) line = token.map[0] + 1;
    return [token, ...token.children ?? []].map((each) => ({ token: each, line }));
  });
}

export function blocksOf(page: Page): Block[] {
  return tokensOf(page)
    .filter(({ token }) => token.type === 'fence' || token.type === 'code_block')
    .map(({ token, line }) => {
      const [language = '', ...flags] = token.info.trim().split(/\s+/);
      return { page, line, language, flags, code: token.content };
    });
}

/** Inline code of the text. */
export function codeIn(page: Page): Array<{ code: string; line: number }> {
  return tokensOf(page).filter(({ token }) => token.type === 'code_inline').map(({ token, line }) => ({ code: token.content, line }));
}

/** Headings as they are written, without `#`. */
export function headingsOf(page: Page): string[] {
  const tokens = parser.parse(page.text, {});
  return tokens.filter((_, at) => tokens[at - 1]?.type === 'heading_open').map(({ content }) => content);
}

export function rowsOf(page: Page): Row[] {
  const rows: Row[] = [];
  let heads: string[] = [];
  let cells: string[] = [];
  const tokens = parser.parse(page.text, {});
  tokens.forEach(({ type, content }, at) => {
    if (type === 'tr_open') cells = [];
    if (type === 'inline' && /^t[hd]_open$/.test(tokens[at - 1].type)) cells.push(content);
    if (type === 'thead_close') heads = cells.map((head) => head.toLowerCase());
    if (type === 'tr_close' && tokens[at + 1].type !== 'thead_close') rows.push(Object.fromEntries(heads.map((head, i) => [head, cells[i]])));
  });
  return rows;
}
