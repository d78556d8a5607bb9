import { posix } from 'node:path';
import { linksOf, mistakeIn, siteOf, slugOf } from './kit/links';
import { FILES, PAGES, WRITTEN, type Page } from './kit/pages';

const site = siteOf(FILES, PAGES);

test.each(PAGES.map((page) => [page.path, page] as const))('%s: every link and picture leads somewhere', (path, page) => {
  const mistakes = linksOf(page).flatMap((link) => {
    const mistake = mistakeIn(link, page, site);
    return mistake ? [`${path}:${link.line} ${link.target}: ${mistake}`] : [];
  });
  expect(mistakes).toEqual([]);
});

/** The targets of links on the pages, as paths from the root. */
function linkedFrom(pages: readonly Page[]): Set<string> {
  return new Set(pages.flatMap((page) => linksOf(page).map(({ target }) => posix.join(posix.dirname(page.path), target.split('#')[0]))));
}

test('the README links to the index', () => {
  expect(linkedFrom(PAGES.filter(({ path }) => path === 'README.md'))).toContain('docs/README.md');
});

test.each(FILES.filter((file) => /^docs\/[^/]+\.md$/.test(file) && file !== 'docs/README.md'))('the index links to %s', (file) => {
  expect(linkedFrom(PAGES.filter(({ path }) => path === 'docs/README.md'))).toContain(file);
});

test.each(FILES.filter((file) => file.startsWith('docs/images/')))('%s is shown somewhere', (file) => {
  expect(linkedFrom(PAGES)).toContain(file);
});

test('links, pictures and their sources are all looked at', () => {
  const counts = PAGES.map((page) => linksOf(page).length);
  expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(50);
  const text = '[a](b.md) ![c](d.svg) <https://e.org> [f][g]\n\n<picture><source srcset="h.svg"><img src="i.svg"></picture>\n\n[g]: j.md';
  expect(linksOf({ path: 'x.md', text }).map(({ target }) => target)).toEqual(['b.md', 'd.svg', 'https://e.org', 'j.md', 'h.svg', 'i.svg']);
});

describe('a link', () => {
  const here = { path: 'docs/here.md', text: '# Here\n\n## What `x()` is: 1, 2\n\n## Twice\n\n## Twice\n\n<a id="marked"></a>' };
  const small = siteOf(['README.md', 'docs/here.md', 'docs/images/a.svg', 'src/index.ts'], [here, { path: 'README.md', text: '# Home' }]);
  const github = 'https://github.com/librechat-serverless/cdk-librechat-serverless';

  test.each([
    '../README.md', '../README.md#home', '#here', '#what-x-is-1-2', '#twice-1', '#marked', 'images/a.svg', 'images', '..', '../src/',
    `${github}/tree/main/docs`, `${github}/blob/main/docs/here.md#twice`, `${github}/tree/main/`, github, 'https://aws.amazon.com/lambda',
  ])('%s leads somewhere', (target) => {
    expect(mistakeIn({ target, line: 1 }, here, small)).toBeUndefined();
  });

  test.each([
    'README.md', '../readme.md', '../README.md#house', '#nowhere', '#twice-2', 'images/b.svg', '../../README.md', '../src/index.ts#here',
    '/docs/here.md', 'http://example.com', 'file:///etc/hosts', `${github}/tree/main/nothing`, `${github}/blob/develop/README.md`,
  ])('%s leads nowhere', (target) => {
    expect(mistakeIn({ target, line: 1 }, here, small)).toBeDefined();
  });
});

test.each([
  ['In five languages', 'in-five-languages'],
  ['`hold` – and why', 'hold--and-why'],
  ["What's new? (0.8.7)", 'whats-new-087'],
  ['See [API](API.md)', 'see-api'],
  ['start_failed', 'start_failed'],
])('GitHub links to the heading %s as %s', (heading, slug) => {
  expect(slugOf(heading)).toBe(slug);
});

const OF_A_MACHINE = /(?<![\w.])(?:\/(?:home|root|Users)\/|[A-Z]:\\|file:\/\/)/;

test('no page contains a path of a developer\'s machine', () => {
  const found = WRITTEN.flatMap(({ path, text }) => text.split('\n').map((line, i) => [`${path}:${i + 1}`, line]).filter(([, line]) => OF_A_MACHINE.test(line)));
  expect(found).toEqual([]);
});

test.each(['see /home/me/chat', '`/Users/me/x`', 'C:\\chat', '(file:///x)'])('%s would be found', (line) => {
  expect(line).toMatch(OF_A_MACHINE);
});
