import type { Document } from 'bson';
import { CommandError } from './command-error';
import { keyOf, shown } from './values';

/** An index as `createIndexes` declares it. */
export interface IndexSpecification extends Document {
  readonly v?: number;
  readonly key: Document;
  readonly name: string;
  readonly unique?: boolean;
  readonly sparse?: boolean;
  readonly partialFilterExpression?: Document;
  readonly expireAfterSeconds?: number;
}

/** Options that distinguish indexes with the same key. Different values of other options are a conflict. */
const SIGNATURE = ['unique', 'sparse', 'partialFilterExpression', 'collation'];

/** The specification as stored. @throws CommandError if it is invalid */
export function specificationOf(given: Document): IndexSpecification {
  const { key, name, background, ...others } = given as IndexSpecification & { background?: boolean };
  if (!key || !Object.keys(key).length) throw new CommandError('CannotCreateIndex', 'Index keys cannot be an empty object');
  if (!name) throw new CommandError('FailedToParse', 'The \'name\' field is a required property of an index specification');
  for (const [field, direction] of Object.entries(key)) {
    if (typeof direction !== 'number' || direction === 0) {
      throw new CommandError('CannotCreateIndex', `only ascending and descending keys are supported, got: ${field}: ${JSON.stringify(direction)}`);
    }
  }
  const set = Object.entries(others).filter(([, value]) => value !== false && value !== undefined);
  return { v: 2, key, name, ...Object.fromEntries(set) };
}

/**
 * Whether the index already exists.
 *
 * @throws CommandError with code 85 or 86 on a conflict with another index, as in MongoDB 5.0
 */
export function exists(requested: IndexSpecification, indexes: readonly IndexSpecification[]): boolean {
  const described = (existing: IndexSpecification) => `Requested index: ${shown(requested)}, existing index: ${shown(existing)}`;
  const namesake = indexes.find(({ name }) => name === requested.name);
  if (namesake) {
    if (signature(namesake) !== signature(requested)) {
      throw new CommandError('IndexKeySpecsConflict', 'An existing index has the same name as the requested index. When index names are not specified, '
        + `they are auto generated and can cause conflicts. Please refer to our documentation. ${described(namesake)}`);
    }
    if (options(namesake) === options(requested)) return true;
    throw new CommandError('IndexOptionsConflict', `An equivalent index already exists with the same name but different options. ${described(namesake)}`);
  }
  const twin = indexes.find((index) => signature(index) === signature(requested));
  if (!twin) return false;
  throw new CommandError('IndexOptionsConflict', options(twin) === options(requested)
    ? `Index already exists with a different name: ${twin.name}`
    : `An equivalent index already exists with a different name and options. ${described(twin)}`);
}

function signature(index: IndexSpecification): string {
  return keyOf([Object.entries(index.key), ...SIGNATURE.map((option) => index[option] as unknown ?? null)]);
}

function options({ key, name, v, ...rest }: IndexSpecification): string {
  return keyOf(Object.entries(rest).sort(([a], [b]) => a.localeCompare(b)));
}
