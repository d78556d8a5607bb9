import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { FILES, ROOT } from './pages';

/** A line that the code may write. */
export interface LogEvent {
  readonly event: string;
  readonly level: string;
  /** Such as `requestId` and `ms.total`. */
  readonly fields: readonly string[];
  /** Whether it has further fields that the code does not name. */
  readonly open: boolean;
}

export function sourcesIn(folder: string): string[] {
  return FILES.filter((file) => file.startsWith(`${folder}/`) && file.endsWith('.ts')).map((file) => readFileSync(join(ROOT, file), 'utf8'));
}

/** Every call of `log.info`, `log.warn` and `log.error`, or of `log[level]`, in a source file. */
export function eventsIn(source: string): LogEvent[] {
  const found: LogEvent[] = [];
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    const levels = ts.isCallExpression(node) ? levelsOf(node.expression) : [];
    if (levels.length > 0) {
      const [event, argument] = (node as ts.CallExpression).arguments;
      const fields = argument && valueOf(argument, file);
      found.push(...textsOf(event).flatMap((text) => levels.map((level) => ({
        event: text, level, fields: fields ? fieldsOf(fields) : [], open: fields?.getText().includes('...') ?? false,
      }))));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function levelsOf(called: ts.Expression): string[] {
  const level = /(?:^|\.)log\.(info|warn|error)$/.exec(called.getText())?.[1];
  if (level) return [level];
  const isLog = ts.isElementAccessExpression(called) && /(?:^|\.)log$/.test(called.expression.getText());
  return isLog && ts.isConditionalExpression(called.argumentExpression) ? textsOf(called.argumentExpression) : [];
}

/** The expression, or the initializer of the constant with that name. */
function valueOf(expression: ts.Expression, file: ts.SourceFile): ts.Expression {
  if (!ts.isIdentifier(expression)) return expression;
  let value: ts.Expression = expression;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === expression.text && node.initializer) value = node.initializer;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return value;
}

function textsOf(node: ts.Expression): string[] {
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  // `eventOf` in runtime/queue chooses between these.
  if (node.getText() === 'eventOf(error)') return ['redis-unsuitable', 'redis-denied', 'redis-error', 'redis-unreachable'];
  if (!ts.isStringLiteral(node)) throw new Error(`an event must be a literal to be found in the documentation, got: ${node.getText()}`);
  return [node.text];
}

function fieldsOf(node: ts.Expression): string[] {
  if (!ts.isObjectLiteralExpression(node)) throw new Error(`the fields of an event must be a literal to be found in the documentation, got: ${node.getText()}`);
  return node.properties.filter((property) => !ts.isSpreadAssignment(property)).flatMap((property) => {
    const name = property.name!.getText();
    const inner = ts.isPropertyAssignment(property) && ts.isObjectLiteralExpression(property.initializer) ? fieldsOf(property.initializer) : [];
    return inner.length > 0 ? inner.map((field) => `${name}.${field}`) : [name];
  });
}

/** Every string in a source file, with `…` for inserted values. */
export function wordsIn(source: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    if (ts.isTemplateExpression(node)) found.push([node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('…'));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
  return found;
}
