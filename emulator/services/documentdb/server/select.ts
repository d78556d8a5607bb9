import type { Document } from 'bson';
import { CommandError } from './command-error';
import { compare, setAt, unsetAt, valuesAt } from './values';

/** Sorts, skips, limits and projects matching documents. */
export function select(found: Document[], { sort, skip = 0, limit = 0, projection }: Document): Document[] {
  const sorted = sort ? [...found].sort(by(sort as Document)) : found;
  const part = sorted.slice(skip, limit ? Number(skip) + Math.abs(limit) : undefined);
  return projection && Object.keys(projection as Document).length ? part.map((document) => projected(document, projection as Document)) : part;
}

function by(sort: Document): (a: Document, b: Document) => number {
  return (a, b) => {
    for (const [path, direction] of Object.entries(sort)) {
      const order = compare(valuesAt(a, path)[0], valuesAt(b, path)[0]);
      if (order) return order * Number(direction);
    }
    return 0;
  };
}

function projected(document: Document, { _id = 1, ...fields }: Document): Document {
  const wanted = Object.entries(fields).map(([path, value]) => {
    if (typeof value === 'object') throw new CommandError('BadValue', `projections of expressions are not supported, got: ${path}`);
    return [path, Boolean(value)] as const;
  });
  const includes = wanted.length ? wanted[0][1] : Boolean(_id);
  if (wanted.some(([, value]) => value !== includes)) throw new CommandError('BadValue', 'a projection must either include or exclude fields');
  const result: Document = includes ? { _id: document._id as unknown } : deepCopy(document);
  for (const [path] of wanted) {
    if (!includes) unsetAt(result, path);
    else if (valuesAt(document, path).length) setAt(result, path, valuesAt(document, path)[0]);
  }
  if (!_id) delete result._id;
  return result;
}

/** Copies documents as deep as projections reach. */
function deepCopy(document: Document): Document {
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [
    name, Object.getPrototypeOf(value ?? 0) === Object.prototype ? deepCopy(value as Document) : value as unknown,
  ]));
}
