import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { pageAt, rowsOf } from '../docs/kit/pages';

const SRC = join(__dirname, '../../src');
const ERRORS = join(SRC, 'private/validation/errors.ts');

/** A call of a function of `errors.ts`, with its arguments as they are written in the source. */
interface Call {
  readonly name: string;
  readonly args: ts.NodeArray<ts.Expression>;
  readonly constants: ReadonlyMap<string, ts.Expression>;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]));
}

function callsIn(file: string): Call[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  const found: Call[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isIdentifier(node.name)) constants.set(node.name.text, node.initializer);
    if (ts.isCallExpression(node)) found.push({ name: node.expression.getText(), args: node.arguments, constants });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Constants that users see by their value. */
const CONSTANTS = new Map([['EDGE_REGION', 'us-east-1'], ['VARIABLES_BYTES', '4096'], ['OLDEST_RELEASE', 'v0.8.7']]);

/** The text of a message, with `…` for values. */
function textOf(expression: ts.Expression, constants: Call['constants']): string {
  if (ts.isIdentifier(expression)) return textOf(constants.get(expression.text)!, constants);
  if (ts.isStringLiteral(expression) || ts.isNoSubstitutionTemplateLiteral(expression)) return expression.text;
  if (!ts.isTemplateExpression(expression)) throw new Error(`not a message: ${expression.getText()}`);
  const parts = expression.templateSpans.map((span) => (CONSTANTS.get(span.expression.getText()) ?? '…') + span.literal.text);
  return [expression.head.text, ...parts].join('').split('\n')[0];
}

const calls = sources(SRC).filter((file) => file !== ERRORS).flatMap(callsIn);
const callsOf = (name: string) => calls.filter((call) => call.name === name);

/** Props are variables where several callers share a rule. */
const propOf = (expression: ts.Expression) => (ts.isStringLiteral(expression) ? expression.text : undefined);

const musts = callsOf('mustError').map(({ args, constants }) => ({ prop: propOf(args[0]), rule: textOf(args[1], constants) }));
const requirements = callsOf('requiresError').map(({ args, constants }) => ({ prop: propOf(args[0]), required: textOf(args[1], constants) }));
const choices = callsOf('exactlyOneError').map(({ args, constants }) => args.map((arg) => `\`${textOf(arg, constants)}\``).join(', '));
const warnings = callsOf('warn').map(({ args, constants }) => [1, 2, 3].map((i) => textOf(args[i], constants)));

const rows = rowsOf(pageAt('docs/messages.md'));
const rowsWith = (column: string) => rows.filter((row) => row[column] !== undefined);

test('docs/messages.md has every rule, and no other', () => {
  expect(musts.length).toBeGreaterThan(25);
  expect(new Set(rowsWith('must …').map((row) => row['must …']))).toEqual(new Set(musts.map(({ rule }) => rule)));
});

test.each(musts.filter(({ prop }) => prop))('docs/messages.md says that $prop must $rule', ({ prop, rule }) => {
  expect(rowsWith('must …').filter((row) => row['must …'] === rule).map((row) => row.prop).join()).toContain(`\`${prop}\``);
});

test('docs/messages.md has every requirement, and no other', () => {
  expect(requirements.length).toBeGreaterThan(5);
  const documented = rowsWith('requires …').flatMap((row) => [...row.prop.matchAll(/`(\w+)`/g)].map(([, prop]) => `${prop} requires ${row['requires …']}`));
  expect(new Set(documented)).toEqual(new Set(requirements.map(({ prop, required }) => `${prop} requires ${required}`)));
});

test('docs/messages.md has every choice, and no other', () => {
  expect(rowsWith('exactly one of …').map((row) => row['exactly one of …'])).toEqual([...new Set(choices)]);
});

test('docs/messages.md has every warning, and no other', () => {
  expect(warnings.length).toBeGreaterThan(0);
  expect(rowsWith('should …').map((row) => [row.id, row.prop, row['should …']]))
    .toEqual(warnings.map(([id, prop, rule]) => [`\`cdk-librechat-serverless:${id}\``, `\`${prop}\``, rule]));
});

test('errors are worded in one file', () => {
  const thrown = sources(SRC).filter((file) => file !== ERRORS && readFileSync(file, 'utf8').includes('new Error('));
  expect(thrown).toEqual([]);
});
