import { isPlainObject } from '../plain-object';

/** The keys and indices that lead to a value. */
export type Path = Array<string | number>;

/** A value that contains no other values. */
export interface Leaf {
  readonly path: Path;
  readonly value: unknown;
}

/** All values of a configuration, except objects and arrays. */
export function leavesOf(value: unknown, path: Path = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((child, index) => leavesOf(child, [...path, index]));
  if (!isPlainObject(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

/** A path as in JavaScript: `endpoints.custom[0].apiKey`. */
export function pathText(path: Path): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${key}`)).join('');
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<any>((parent, key) => parent?.[key], value);
}
