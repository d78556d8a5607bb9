import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, codeIn, FILES, headingsOf, pageAt, PAGES, ROOT, rowsOf, WRITTEN } from './kit/pages';

const page = {
  path: 'page.md',
  text: [
    '# A `b`', '', 'Say `c` and', '`d`.', '', '| One | `Two` |', '|---|---|', '| `e` | f |', '| g | |', '',
    '```ts nofixture', 'h();', '```', '', '1. in a list', '', '   ```sh', '   i', '   ```', '', 'Or:', '', '    j', '', '<details>', '', '```yaml', 'k: 1', '```', '', '</details>',
  ].join('\n'),
};

test('the pages of this project are found, those that git does not keep are not', () => {
  expect(PAGES.map(({ path }) => path)).toEqual(expect.arrayContaining(['README.md', 'API.md', 'docs/README.md', 'examples/go/README.md']));
  expect(WRITTEN.map(({ path }) => path)).not.toContain('API.md');
  expect(FILES.filter((file) => file.includes('node_modules/'))).toEqual([]);
});

test('blocks are read with their language, flags and line, wherever they stand', () => {
  expect(blocksOf(page).map(({ language, flags, line, code }) => [language, flags, line, code])).toEqual([
    ['ts', ['nofixture'], 11, 'h();\n'], ['sh', [], 17, 'i\n'], ['', [], 23, expect.stringContaining('j')], ['yaml', [], 27, 'k: 1\n'],
  ]);
});

test('headings, code and tables are read', () => {
  expect(headingsOf(page)).toEqual(['A `b`']);
  expect(codeIn(page)).toEqual([{ code: 'b', line: 1 }, { code: 'c', line: 3 }, { code: 'd', line: 3 }, { code: 'Two', line: 6 }, { code: 'e', line: 8 }]);
  expect(rowsOf(page)).toEqual([{ 'one': '`e`', '`two`': 'f' }, { 'one': 'g', '`two`': '' }]);
});

/** Languages whose samples are compiled and run, parsed, or compared with the examples. */
const CHECKED = ['ts', 'typescript', 'json', 'yaml', 'yml', 'js', 'sh', 'bash', 'shell', 'python', 'java', 'csharp', 'go'];

test.each(WRITTEN.map((written) => [written.path, written] as const))('%s has code in languages that are checked', (_path, written) => {
  expect(blocksOf(written).filter(({ language }) => language !== '' && !CHECKED.includes(language)).map(({ line, language }) => `${line}: ${language}`)).toEqual([]);
});

test('SKILL.md begins with its name and purpose', () => {
  const [, name, description] = /^---\nname: (.+)\ndescription: (.+)\n---\n/.exec(pageAt('SKILL.md').text)!;
  expect(name).toBe((JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string }).name);
  // The format of agent skills: https://agentskills.io/specification
  expect(name).toMatch(/^[a-z0-9-]{1,64}$/);
  expect(description.length).toBeLessThanOrEqual(1024);
});
