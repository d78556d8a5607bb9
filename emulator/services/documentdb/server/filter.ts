import { BSONRegExp, type Document } from 'bson';
import { CommandError } from './command-error';
import { compare, keyOf, sameType, valuesAt } from './values';

type Test = (values: unknown[], argument: unknown, siblings: Document) => boolean;

const is = (values: unknown[], wanted: unknown): boolean => wanted === null
  ? !values.length || values.includes(null)
  : values.some((value) => keyOf(value) === keyOf(wanted));

const ordered = (allowed: (order: number) => boolean): Test => (values, argument) => values
  .some((value) => sameType(value, argument) && allowed(compare(value, argument)));

const OPERATORS: Readonly<Record<string, Test>> = {
  $eq: is,
  $ne: (values, argument) => !is(values, argument),
  $gt: ordered((order) => order > 0),
  $gte: ordered((order) => order >= 0),
  $lt: ordered((order) => order < 0),
  $lte: ordered((order) => order <= 0),
  $in: (values, argument) => listOf('$in', argument).some((wanted) => is(values, wanted)),
  $nin: (values, argument) => !listOf('$nin', argument).some((wanted) => is(values, wanted)),
  $exists: (values, argument) => values.length > 0 === Boolean(argument),
  $not: (values, argument) => !holds(values, argument as Document),
  $regex: (values, argument, { $options = '' }) => {
    const pattern = argument instanceof RegExp ? argument : new RegExp(String(argument), String($options));
    return values.some((value) => typeof value === 'string' && pattern.test(value));
  },
  $options: () => true,
};

/** Whether a document matches a filter. @throws CommandError for operators that are not supported */
export function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([key, condition]) => {
    if (key === '$and') return listOf(key, condition).every((each) => matches(document, each as Document));
    if (key === '$or') return listOf(key, condition).some((each) => matches(document, each as Document));
    if (key === '$nor') return !listOf(key, condition).some((each) => matches(document, each as Document));
    if (key.startsWith('$')) throw new CommandError('BadValue', `unknown top level operator: ${key}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`);
    return holds(valuesAt(document, key), condition);
  });
}

function holds(values: unknown[], condition: unknown): boolean {
  if (condition instanceof RegExp) return OPERATORS.$regex(values, condition, {});
  if (condition instanceof BSONRegExp) return OPERATORS.$regex(values, condition.pattern, { $options: condition.options });
  if (!isExpression(condition)) return is(values, condition);
  return Object.entries(condition).every(([operator, argument]) => {
    if (!Object.hasOwn(OPERATORS, operator)) throw new CommandError('BadValue', `unknown operator: ${operator}`);
    return OPERATORS[operator](values, argument, condition);
  });
}

function isExpression(condition: unknown): condition is Document {
  return typeof condition === 'object' && condition !== null && Object.getPrototypeOf(condition) === Object.prototype
    && Object.keys(condition).some((key) => key.startsWith('$'));
}

function listOf(operator: string, argument: unknown): unknown[] {
  if (Array.isArray(argument) && (argument.length || operator.endsWith('in'))) return argument;
  throw new CommandError('BadValue', ['$in', '$nin'].includes(operator) ? `${operator} needs an array` : '$and/$or/$nor must be a nonempty array');
}
