import { loadAll } from 'js-yaml';
import { blocksOf, WRITTEN } from './kit/pages';
import { publicApi } from './kit/public-api';
import { runSample } from './kit/run-sample';
import { examplesOf, FIXTURE, samplesOf } from './kit/samples';
import { typeCheck } from './kit/type-check';
import { LibreChatConfig } from '../../src';

jest.setTimeout(120_000);

const BAD = [
  { name: 'unknown-prop', text: "import { LibreChatServerless } from 'cdk-librechat-serverless';\nnew LibreChatServerless(this as any, 'Chat', { memory: 1 });" },
  { name: 'unknown-name', text: 'new LibreChatServerless();' },
  { name: 'syntax', text: 'const x = ;' },
  { name: 'loose', text: 'export const f = (x) => x;' },
];

const samples = [...WRITTEN.flatMap(samplesOf), ...examplesOf(publicApi())];
const blocks = WRITTEN.flatMap(blocksOf);
const inLanguage = (...languages: string[]) => blocks
  .filter(({ language }) => languages.includes(language))
  .map((block) => [`${block.page.path}:${block.line}`, block.code] as const);

let errors: Map<string, string[]>;
beforeAll(() => {
  const drafts = [...samples.map(({ name, code }) => ({ name, text: code })), ...BAD];
  errors = typeCheck(drafts.map(({ name, text }) => ({ name: draftName(name), text: `${text}\nexport {};` })));
});

function draftName(name: string): string {
  return `sample-${name.replace(/\W/g, '-')}.ts`;
}

test('the README, the pages and the docstrings have samples', () => {
  const names = samples.map(({ name }) => name.split(':')[0]);
  expect(names).toEqual(expect.arrayContaining(['README.md', 'docs/configuration.md', 'LibreChatServerless', 'LibreChatDatabase.fromUri']));
});

test.each(samples.map((sample) => [sample.name, sample] as const))('%s compiles', (name) => {
  expect(errors.get(draftName(name))).toEqual([]);
});

test.each(samples.map((sample) => [sample.name, sample] as const))('%s synthesizes', (_name, sample) => {
  expect(runSample(sample).length).toBeGreaterThan(0);
});

test.each(BAD)('a mistake such as $name is found', ({ name }) => {
  expect(errors.get(draftName(name))).not.toEqual([]);
});

test('a sample that is refused when it runs is found', () => {
  const page = { path: 'page.md', text: "```ts\nnew LibreChatServerless(this, 'Chat', { memorySize: 64 });\n```" };
  const [sample] = samplesOf(page);
  expect(() => runSample(sample)).toThrow('`memorySize` must be');
});

test('the declarations of the fixture fit the samples', () => {
  const names = [...FIXTURE.matchAll(/^declare const (\w+)/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(5);
  const [sample] = samplesOf({ path: 'page.md', text: `\`\`\`ts\nconsole.assert([${names.join()}].every(Boolean));\n\`\`\`` });
  expect(runSample(sample)).toHaveLength(1);
});

test.each(inLanguage('json'))('%s is JSON', (_name, code) => {
  JSON.parse(code);
});

describe.each(inLanguage('yaml', 'yml'))('%s', (_name, code) => {
  test('is YAML', () => {
    expect(() => loadAll(code)).not.toThrow();
  });

  if (!code.startsWith('version:')) return;
  test('is a librechat.yaml that the construct takes', () => {
    const [content] = loadAll(code) as Array<Record<string, unknown>>;
    expect(() => LibreChatConfig.fromObject(content)).not.toThrow();
    expect(content.fileStrategy).toBe('s3');
  });
});

test.each(['{ a: 1 }', '{"a": 1,}'])('JSON such as %s is found', (code) => {
  expect(() => JSON.parse(code)).toThrow();
});
