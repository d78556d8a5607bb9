import { type Document, ObjectId, serialize } from 'bson';

/** A text that is the same for equal values, whatever their types. */
export function keyOf(value: unknown): string {
  return Buffer.from(serialize({ value })).toString('latin1');
}

/** Every value that a path leads to: through arrays it leads to several, and to the array itself. */
export function valuesAt(document: unknown, path: string): unknown[] {
  const [name, rest] = path.split(/\.(.*)/s);
  if (Array.isArray(document)) return document.flatMap((element) => valuesAt(element, path));
  if (typeof document !== 'object' || document === null || !Object.hasOwn(document, name)) return [];
  const value = (document as Document)[name] as unknown;
  if (rest !== undefined) return valuesAt(value, rest);
  return Array.isArray(value) ? [value, ...value as unknown[]] : [value];
}

/** The order of types: BSON's, as far as the server knows them. */
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

/** Orders values of all types, and nothing before them. */
export function compare(a: unknown, b: unknown): number {
  if (typeOf(a) !== typeOf(b)) return typeOf(a) - typeOf(b);
  const [left, right] = [comparable(a), comparable(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Whether two values can be ordered: the server never finds `{ $gt: 1 }` in texts. */
export function sameType(a: unknown, b: unknown): boolean {
  return typeOf(a) === typeOf(b);
}

/** A value as the server's messages show it. */
export function shown(value: unknown): string {
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return JSON.stringify(value ?? null);
  return `{ ${Object.entries(value).map(([name, inner]) => `${name}: ${shown(inner)}`).join(', ')} }`;
}

/** Sets the value at a path, making documents on the way. */
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
