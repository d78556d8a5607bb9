import { draftOf, isPublicName } from './kit/names';
import { codeIn, WRITTEN, type Page } from './kit/pages';
import { publicApi } from './kit/public-api';
import { typeCheck } from './kit/type-check';

jest.setTimeout(120_000);

const BAD = ['chat.cluster', 'chat.distribution.nothing', 'chat.restApi', 'LibreChatImage.fromNowhere', 'LibreChatCluster', 'LibreChatImage.fromEcrRepository.x'];

const found = WRITTEN.flatMap((page) => codeIn(page).filter(({ code }) => isPublicName(code)).map(({ code, line }) => [code, `${page.path}:${line}`] as const));
const names = [...new Map(found)];

let errors: Map<string, string[]>;
beforeAll(() => {
  errors = typeCheck([...names.map(([name]) => name), ...BAD].map((name) => draftOf(name, fileOf(name))));
});

function fileOf(name: string): string {
  return `name-${name.replace(/\W/g, '-')}.ts`;
}

test('pages name fields, factories and types', () => {
  expect(names.map(([name]) => name)).toEqual(expect.arrayContaining(['chat.distribution.distributionId', 'LibreChatImage.fromEcrRepository']));
});

test.each(names)('`%s` exists (%s)', (name) => {
  expect(errors.get(fileOf(name))).toEqual([]);
});

test.each(BAD)('`%s` would be missed', (name) => {
  expect(isPublicName(name)).toBe(true);
  expect(errors.get(fileOf(name))).not.toEqual([]);
});

const members = new Set(publicApi().map(({ member }) => member));

/** Words with the endings of props. */
const LIKE_A_PROP = /^[a-z]\w*(?:Limit|Executions|Arn|Subnets|Policy|Bucket|Size|Capacity|Retention|Role|Zone|Class|Name)$/;

function unknownProps(page: Page): string[] {
  return codeIn(page).filter(({ code }) => LIKE_A_PROP.test(code) && !members.has(code)).map(({ code, line }) => `${page.path}:${line} ${code}`);
}

// The page about tests also contains the names of integ/given.ts.
test.each(WRITTEN.filter(({ path }) => path !== 'docs/testing.md').map((page) => [page.path, page] as const))('%s: what looks like a prop is one', (_path, page) => {
  expect(unknownProps(page)).toEqual([]);
});

test('a prop that is gone would be found', () => {
  expect(unknownProps({ path: 'x.md', text: 'Say `memorySize` and `memoryLimit`.' })).toEqual(['x.md:1 memoryLimit']);
});
