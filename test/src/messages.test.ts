import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

const SRC = join(__dirname, '../../src');
const DOCUMENT = join(__dirname, '../../docs/messages.md');

interface Message {
  /** Nothing where the prop is known to the caller only. */
  readonly prop?: string;
  readonly rule: string;
  /** By which a warning is acknowledged. */
  readonly id?: string;
}

/** Every message that the code can refuse or warn with, holes as `…`, as the words stand in the source. */
function messagesIn(file: string, said: 'refusal' | 'warn'): Message[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  const found: Message[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isIdentifier(node.name)) constants.set(node.name.text, node.initializer);
    if (ts.isCallExpression(node) && node.expression.getText() === said) {
      const [prop, rule] = node.arguments.slice(-3);
      const id = said === 'warn' ? `cdk-librechat-serverless:${words(node.arguments[1], constants)}` : undefined;
      found.push({ prop: ts.isStringLiteral(prop) ? prop.text : undefined, rule: words(rule, constants), id });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Constants of the code have one value each, which is what a user reads. */
const CONSTANTS = new Map([['EDGE_REGION', 'us-east-1'], ['VARIABLES_BYTES', '4096'], ['OLDEST_RELEASE', 'v0.8.7']]);

function words(expression: ts.Expression, constants: Map<string, ts.Expression>): string {
  if (ts.isIdentifier(expression)) return words(constants.get(expression.text)!, constants);
  if (ts.isStringLiteral(expression) || ts.isNoSubstitutionTemplateLiteral(expression)) return expression.text;
  if (!ts.isTemplateExpression(expression)) throw new Error(`not a message: ${expression.getText()}`);
  const parts = expression.templateSpans.map((span) => (CONSTANTS.get(span.expression.getText()) ?? '…') + span.literal.text);
  return [expression.head.text, ...parts].join('').split('\n')[0];
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]));
}

/** The rows of the table below a line that begins with some words. */
function rowsOf(table: string): string[][] {
  const [, below] = readFileSync(DOCUMENT, 'utf8').split(`\n${table}`);
  return below.slice(0, below.indexOf('\n\n')).split('\n').slice(2).map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1));
}

const refusals = sources(SRC).flatMap((file) => messagesIn(file, 'refusal'));
const refusalRows = rowsOf('| prop | must … |').map(([props, rule]) => ({ props, rule }));

test('the document has every refusal, and no other', () => {
  expect(refusals.length).toBeGreaterThan(30);
  expect([...new Set(refusalRows.map(({ rule }) => rule))].sort()).toEqual([...new Set(refusals.map(({ rule }) => rule))].sort());
});

test.each(refusals.filter(({ prop }) => prop))('the document says that $prop must $rule', ({ prop, rule }) => {
  expect(refusalRows.filter((row) => row.rule === rule).map(({ props }) => props).join()).toContain(`\`${prop}\``);
});

test('the document has every warning, and no other', () => {
  const warnings = sources(SRC).flatMap((file) => messagesIn(file, 'warn'));
  expect(warnings.length).toBeGreaterThan(0);
  expect(rowsOf('| prop | should … |').map(([prop, rule, id]) => ({ prop, rule, id })))
    .toEqual(warnings.map(({ prop, rule, id }) => ({ prop: `\`${prop}\``, rule, id: `\`${id}\`` })));
});

test('every refusal is worded in one place', () => {
  const thrown = sources(SRC).filter((file) => !file.endsWith('requirement.ts') && /new Error\(/.test(readFileSync(file, 'utf8')));
  expect(thrown).toEqual([]);
});
