import type { Document } from 'bson';
import { CommandError } from './command-error';
import type { Dialect } from './server-options';

const COMPARISONS = ['$eq', '$exists', '$gt', '$gte', '$lt', '$lte'];

/** Operators of `partialFilterExpression` on a field. */
const OPERATORS: Readonly<Record<Dialect, readonly string[]>> = { documentdb: COMPARISONS, mongodb: [...COMPARISONS, '$type', '$in'] };

/**
 * Rejects filters that the database does not support. DocumentDB has `$and` at the top level only. Its documentation does not say which error
 * it returns: code and text are MongoDB's.
 *
 * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/partial-index.html
 * @see https://www.mongodb.com/docs/manual/core/index-partial/
 */
export function checkPartialFilter(filter: Document, dialect: Dialect, isTop = true): void {
  for (const [name, value] of Object.entries(filter) as [string, unknown][]) {
    if (isLogical(name, dialect, isTop)) for (const part of value as Document[]) checkPartialFilter(part, dialect, false);
    else if (name.startsWith('$')) throw unsupported(name);
    else checkField(name, value, dialect);
  }
}

function isLogical(name: string, dialect: Dialect, isTop: boolean): boolean {
  return dialect === 'documentdb' ? name === '$and' && isTop : ['$and', '$or'].includes(name);
}

function checkField(field: string, condition: unknown, dialect: Dialect): void {
  if (typeof condition !== 'object' || condition === null) return;
  for (const [operator, operand] of Object.entries(condition)) {
    if (!operator.startsWith('$')) continue;
    if (!OPERATORS[dialect].includes(operator) || (dialect === 'mongodb' && operator === '$exists' && !operand)) throw unsupported(`${field} ${operator}`);
  }
}

function unsupported(expression: string): CommandError {
  return new CommandError('CannotCreateIndex', `unsupported expression in partial index: ${expression}`);
}
