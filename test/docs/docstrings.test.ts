import { defaultOf, publicApi, publicNamesOf, type PublicName } from './kit/public-api';

const names = publicApi();
const titled = (some: readonly PublicName[]) => some.map((name) => [[name.type, name.member].filter(Boolean).join('.'), name] as const);

/** The rules that a docstring breaks. */
function mistakesIn(name: PublicName): string[] {
  const [first] = name.text.split(/\n\s*\n/);
  const mistakes: string[] = [];
  if (!/^[A-Z`].*[.:]/s.test(first) || first.split(/\s+/).length < 2) mistakes.push('begins with a sentence');
  // jsii ends the summary there, and API.md shows it separately.
  if (/^[^;]*;/.test(first) && !/^[^;]*[.!?]\s/.test(first)) mistakes.push('has no semicolon in its first sentence');
  if (words(first) === words(name.member ?? name.type)) mistakes.push('says more than the name');
  if (name.optional && !defaultOf(name).code && !defaultOf(name).words) mistakes.push('has @default');
  if (!name.tags.filter((tag) => tag.name === 'see').every(({ text }) => /^https:\/\/\S+$/.test(text))) mistakes.push('@see is a URL');
  return mistakes;
}

function words(text: string): string {
  return text.replace(/^(?:The|A|An) /, '').replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

test('all types of the index are checked, with their members', () => {
  expect(names.filter(({ member }) => !member).map(({ type }) => type)).toEqual(expect.arrayContaining(['LibreChatServerless', 'LibreChatServerlessProps']));
  expect(names.map(({ member }) => member)).toEqual(expect.arrayContaining(['vpc', 'distribution', 'metricErrors', 'fromDockerBuild', 'VALKEY', 'connections']));
  expect(names.map(({ member }) => member)).not.toContain('_bind');
});

test.each(titled(names))('the docstring of %s', (_title, name) => {
  expect(mistakesIn(name)).toEqual([]);
});

/** The first pages for users. */
const STARTS = ['LibreChatServerless', 'LibreChatImage', 'LibreChatConfig', 'LibreChatDatabase', 'LibreChatRedis', 'LibreChatServices'];

test.each(STARTS)('%s has an example, or one for each of its factories', (type) => {
  const own = names.filter((name) => name.type === type);
  const ways = own.filter(({ member }) => member && /^(?:from|documentDb|replicationGroup|builtIn)/.test(member));
  const hasExample = ({ tags }: PublicName) => tags.some(({ name }) => name === 'example');
  expect(own.some((name) => !name.member && hasExample(name)) || ways.every(hasExample)).toBe(true);
});

test.each([
  ['export interface X { readonly a: string }', ['begins with a sentence', 'begins with a sentence']],
  ['/** What x is. */ export interface X {\n/** The size. */ readonly size?: string }', ['says more than the name', 'has @default']],
  ['/** What x is.\n * @see AWS docs */ export class X {}', ['@see is a URL']],
  ['/** What x is; or was. */ export class X {\n/** What it has. Some; others. */ y = 1; }', ['has no semicolon in its first sentence']],
  ['/** What x is. */ export enum X {\n/** a thing */ A }', ['begins with a sentence']],
  ['/** What x is.\n * @see https://aws.amazon.com */ export class X {\nprivate y = 1;\n_z = 1;\n/** Who may. */ w = 1; }', []],
])('%s: %j', (text, mistakes) => {
  expect(publicNamesOf(text).flatMap(mistakesIn)).toEqual(mistakes);
});
