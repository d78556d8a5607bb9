import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { blocksOf, ROOT, type Block, type Page } from './pages';
import type { PublicName } from './public-api';

/** TypeScript code of a page or a docstring, as a complete file. */
export interface Sample {
  /** Such as `README.md:38`, or the public name that it is an example of. */
  readonly name: string;
  readonly code: string;
  /** Undefined if the sample is a complete file. */
  readonly fixture?: string;
}

const HERE = /^\s*\/\/\/ here$/m;

export const FIXTURE = readFileSync(join(ROOT, 'rosetta/default.ts-fixture'), 'utf8');

export function samplesOf(page: Page): Sample[] {
  return blocksOf(page)
    .filter(({ language }) => language === 'ts' || language === 'typescript')
    .map((block) => ({ name: `${page.path}:${block.line}`, ...wholeOf(block) }));
}

/** The examples in docstrings, which always have the fixture around them. */
export function examplesOf(names: readonly PublicName[]): Sample[] {
  return names.flatMap(({ type, member, tags }) => tags.filter(({ name }) => name === 'example')
    .map(({ text }) => ({ name: [type, member].filter(Boolean).join('.'), ...wholeOf({ code: text, flags: [] }) })));
}

/** As jsii-rosetta: the fixture surrounds the sample, whose imports and declarations come first. */
function wholeOf({ code, flags }: Pick<Block, 'code' | 'flags'>): Pick<Sample, 'code' | 'fixture'> {
  if (flags.includes('nofixture')) return { code };
  const file = ts.createSourceFile('sample.ts', code, ts.ScriptTarget.Latest, true);
  const comesFirst = (statement: ts.Statement) =>
    ts.isImportDeclaration(statement) || (ts.isVariableStatement(statement) && statement.getText().startsWith('declare '));
  const text = (statements: readonly ts.Statement[]) => statements.map((statement) => statement.getFullText()).join('');
  const inside = text(file.statements.filter((statement) => !comesFirst(statement)));
  return { code: `${text(file.statements.filter(comesFirst))}\n${FIXTURE.replace(HERE, () => inside)}`, fixture: FIXTURE };
}
