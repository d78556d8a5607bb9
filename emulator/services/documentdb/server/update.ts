import type { Document } from 'bson';
import { CommandError } from './command-error';
import { keyOf, setAt, unsetAt, valuesAt } from './values';

type Operator = (document: Document, path: string, value: unknown, inserting: boolean) => void;

const OPERATORS: Readonly<Record<string, Operator>> = {
  $set: (document, path, value) => setAt(document, path, value),
  $setOnInsert: (document, path, value, inserting) => inserting && setAt(document, path, value),
  $unset: (document, path) => unsetAt(document, path),
  $inc: (document, path, value) => {
    const [before = 0] = valuesAt(document, path);
    if (typeof before !== 'number') throw new CommandError('TypeMismatch', `Cannot apply $inc to a value of non-numeric type. ${path}`);
    setAt(document, path, before + Number(value));
  },
  $pullAll: (document, path, value) => {
    const [before] = valuesAt(document, path);
    const unwanted = new Set((value as unknown[]).map(keyOf));
    if (Array.isArray(before)) setAt(document, path, before.filter((element) => !unwanted.has(keyOf(element))));
  },
};

/** The document after an update. @throws CommandError for operators that are not supported */
export function updated(document: Document, update: Document | Document[], inserting = false): Document {
  if (Array.isArray(update)) throw new CommandError('FailedToParse', 'updates with an aggregation pipeline are not supported');
  const operators = Object.keys(update);
  if (!operators.some((name) => name.startsWith('$'))) return { _id: document._id as unknown, ...update };
  const result = deepCopy(document);
  for (const name of operators) {
    if (!Object.hasOwn(OPERATORS, name)) {
      throw new CommandError('FailedToParse', `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`);
    }
    for (const [path, value] of Object.entries(update[name] as Document)) OPERATORS[name](result, path, value, inserting);
  }
  return result;
}

/** The initial document of an upsert: the values that its filter compares with. */
export function upsertDocument(filter: Document): Document {
  const seed: Document = {};
  for (const [path, condition] of Object.entries(filter)) {
    const isOperator = typeof condition === 'object' && condition !== null && Object.keys(condition as Document).some((key) => key.startsWith('$'));
    if (!path.startsWith('$') && !isOperator) setAt(seed, path, condition);
  }
  return seed;
}

/** Copies documents and arrays, but no other values. */
function deepCopy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(deepCopy) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deepCopy(inner)])) as T;
}
