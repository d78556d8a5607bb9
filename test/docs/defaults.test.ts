import { RemovalPolicy, Size, type Stack } from 'aws-cdk-lib';
import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { rowsOf, WRITTEN, type Page } from './kit/pages';
import { defaultOf, publicApi } from './kit/public-api';
import { MAXIMAL_OPTIONS, maximalProps } from '../../fixtures/variants';
import * as library from '../../src';
import { templateWith } from '../src/reading';

type Options = Readonly<Record<string, unknown>>;

/** The prop that the options of each interface belong to. */
const USES: Readonly<Record<string, (options: Options) => library.LibreChatServerlessProps>> = {
  LibreChatServerlessProps: (options) => options,
  LibreChatDockerBuildOptions: (options) => ({ image: library.LibreChatImage.fromDockerBuild(options) }),
  LibreChatDocumentDbOptions: (options) => ({ database: library.LibreChatDatabase.documentDb(options) }),
  LibreChatReplicationGroupOptions: (options) => ({ redis: library.LibreChatRedis.replicationGroup(options) }),
};

/** Values other than the defaults, which change the template. */
const OTHERS: Record<string, (stack: Stack) => Options> = {
  LibreChatServerlessProps: (stack) => ({ ...maximalProps(stack) }),
  LibreChatDockerBuildOptions: () => ({ version: 'v0.9.0' }),
  LibreChatDocumentDbOptions: () => MAXIMAL_OPTIONS.documentDb,
  LibreChatReplicationGroupOptions: () => MAXIMAL_OPTIONS.replicationGroup,
};

/** Defaults of CloudFormation for properties that are not in the template. */
const SAID_BY_SILENCE = /,"(?:PriceClass":"PriceClass_All"|EphemeralStorage":\{"Size":512\})/g;

const SCOPE = { cloudfront: { PriceClass }, lambda: { Architecture }, logs: { RetentionDays }, RemovalPolicy, Size, ...library };

function valueOf(code: string): unknown {
  return new Function(...Object.keys(SCOPE), `return ${code};`)(...Object.values(SCOPE));
}

function synthesized(type: string, optionsIn: (stack: Stack) => Options): unknown {
  const template = templateWith((stack) => new library.LibreChatServerless(stack, 'Chat', USES[type](optionsIn(stack))));
  return JSON.parse(JSON.stringify(template.toJSON()).replace(SAID_BY_SILENCE, ''));
}

/** The construct's resources in a template, without those of a variant. */
function chatOf(template: any): unknown {
  return Object.entries(template.Resources).filter(([logicalId]) => logicalId.startsWith('Chat'));
}

const names = publicApi().filter(({ optional }) => optional);
const inCode = names.filter((name) => defaultOf(name).code).map((name) => [`${name.type}.${name.member}`, name] as const);

test('defaults are read out of the docstrings', () => {
  expect(inCode.map(([title]) => title)).toEqual(expect.arrayContaining(['LibreChatServerlessProps.memorySize', 'LibreChatDocumentDbOptions.minCapacity']));
});

let leftOut: unknown;
beforeAll(() => (leftOut = synthesized('LibreChatServerlessProps', () => ({}))));

describe.each(inCode)('%s', (_title, { type, member, ...rest }) => {
  const { code } = defaultOf({ type, member, ...rest });

  test(`is ${code} when it is left out`, () => {
    expect(synthesized(type, () => ({ [member!]: valueOf(code!) }))).toEqual(leftOut);
  });

  test('another value would show', () => {
    const other = (stack: Stack) => {
      const value = OTHERS[type](stack)[member!];
      expect(value).toBeDefined();
      return { [member!]: value };
    };
    expect(chatOf(synthesized(type, other))).not.toEqual(chatOf(leftOut));
  });
});

/** The props and defaults in the tables of a page. */
function statedIn(page: Page): Array<[prop: string, stated: string]> {
  return rowsOf(page)
    .filter((row) => row.prop !== undefined && row.default !== undefined)
    .flatMap((row) => row.prop.split(',').map((prop): [string, string] => [plain(prop).trim(), plain(row.default)]));
}

/** The beginning of a prop's docstring, as long as the text on the page. The docstring may continue with reasons. */
function documented(prop: string, stated: string): string[] {
  return names.filter(({ member }) => member === prop).map((name) => {
    const { code, words } = defaultOf(name);
    const text = plain(code ?? words!);
    return [', ', '; '].some((more) => text.startsWith(stated + more)) ? stated : text;
  });
}

function plain(text: string): string {
  return text.replace(/`/g, '');
}

const stated = WRITTEN.flatMap((page) => statedIn(page).map((row) => [page.path, ...row] as const));

test('docs/configuration.md has a table of props and their defaults', () => {
  expect(stated.filter(([path]) => path === 'docs/configuration.md').length).toBeGreaterThan(5);
});

test.each(stated)('%s: the default of %s is %s', (_path, prop, text) => {
  expect(documented(prop, text)).toContain(text);
});

test.each([['memorySize', '1024'], ['memory', '2048'], ['vpc', 'a VPC of three zones']])('a page that says of %s that its default is %s would be found', (prop, text) => {
  expect(documented(prop, text)).not.toContain(text);
});
