import { type Document, ObjectId, serialize } from 'bson';

/** A string that is the same for equal values. */
export function keyOf(value: unknown): string {
  return Buffer.from(serialize({ value })).toString('latin1');
}

/** All values at a path: of an array, its elements and the array itself. */
export function valuesAt(document: unknown, path: string): unknown[] {
  const [name, rest] = path.split(/\.(.*)/s);
  if (Array.isArray(document)) return document.flatMap((element) => valuesAt(element, path));
  if (typeof document !== 'object' || document === null || !Object.hasOwn(document, name)) return [];
  const value = (document as Document)[name] as unknown;
  if (rest !== undefined) return valuesAt(value, rest);
  return Array.isArray(value) ? [value, ...value as unknown[]] : [value];
}

/** The types in BSON's comparison order. */
const TYPES: ReadonlyArray<(value: unknown) => boolean> = [
  (value) => value === undefined || value === null,
  (value) => typeof value === 'number',
  (value) => typeof value === 'string',
  (value) => Object.getPrototypeOf(value) === Object.prototype,
  Array.isArray,
  (value) => value instanceof ObjectId,
  (value) => typeof value === 'boolean',
  (value) => value instanceof Date,
];

/** Compares values of all types; undefined comes first. */
export function compare(a: unknown, b: unknown): number {
  if (typeOf(a) !== typeOf(b)) return typeOf(a) - typeOf(b);
  const [left, right] = [comparable(a), comparable(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Whether two values can be compared: `{ $gt: 1 }` never matches strings. */
export function sameType(a: unknown, b: unknown): boolean {
  return typeOf(a) === typeOf(b);
}

/** A value in the format of the server's messages. */
export function shown(value: unknown): string {
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return JSON.stringify(value ?? null);
  return `{ ${Object.entries(value).map(([name, inner]) => `${name}: ${shown(inner)}`).join(', ')} }`;
}

/** Sets the value at a path, and creates missing documents. */
export function setAt(document: Document, path: string, value: unknown): void {
  const [name, rest] = path.split(/\.(.*)/s);
  if (rest === undefined) return void (document[name] = value);
  document[name] ??= {};
  setAt(document[name] as Document, rest, value);
}

export function unsetAt(document: Document | undefined, path: string): void {
  const [name, rest] = path.split(/\.(.*)/s);
  if (document === undefined) return;
  if (rest === undefined) delete document[name];
  else unsetAt(document[name] as Document | undefined, rest);
}

function typeOf(value: unknown): number {
  return TYPES.findIndex((is) => is(value));
}

function comparable(value: unknown): number | string | boolean {
  if (value instanceof Date) return value.getTime();
  if (value instanceof ObjectId) return value.toHexString();
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : keyOf(value);
}
