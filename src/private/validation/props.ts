import { Token } from 'aws-cdk-lib';
import { mustError, throwAll } from './errors';
import { isPlainObject } from '../plain-object';

/** The type of a prop, as far as JavaScript can check it. */
export interface PropType {
  /** Completes "must be …". */
  readonly name: string;
  accepts(value: any): boolean;
}

/** The types of all props of an interface. */
export type PropTypes<T> = { readonly [Prop in keyof Required<T>]: PropType };

/** Checked by the rule of the prop. */
export const ANY: PropType = { name: 'anything', accepts: () => true };
export const STRING: PropType = { name: 'a string', accepts: (value) => typeof value === 'string' };
export const NUMBER: PropType = { name: 'a number', accepts: (value) => typeof value === 'number' && !Number.isNaN(value) };
export const BOOLEAN: PropType = { name: 'true or false', accepts: (value) => typeof value === 'boolean' || Token.isUnresolved(value) };
export const LIST: PropType = { name: 'a list', accepts: Array.isArray };
export const MAP: PropType = { name: 'a mapping of names to values', accepts: isPlainObject };

/** An instance of a class of this package. */
export function instanceOf(type: Function): PropType {
  return { name: `of type ${type.name}`, accepts: (value) => value instanceof type };
}

/** A member of an enum. */
export function oneOf(name: string, members: Record<string, unknown>): PropType {
  return { name: `one of ${Object.keys(members).map((member) => `${name}.${member}`).join(', ')}`, accepts: (value) => Object.values(members).includes(value) };
}

/** An implementation of an interface of CDK: there may be several copies of its classes, but all have the same members. */
export function like(name: string, member: string): PropType {
  return { name: `of type ${name}`, accepts: (value) => typeof value === 'object' && member in value };
}

export const BUCKET = like('s3.IBucket', 'bucketName');

/** A reference to a secret value, such as the URI of a database. */
export const SECRET = like('ecs.Secret, such as ecs.Secret.fromSecretsManager(secret)', 'grantRead');

/** Rejects an argument of another type. */
export function validateType(argument: string, value: unknown, type: PropType): void {
  if (value === undefined || value === null || !type.accepts(value)) throw mustError(argument, `be ${type.name}`, value);
}

/** Rejects unknown props and values of another type, which compilers do not in JavaScript and Python. */
export function validateProps<T extends object>(type: string, props: T, types: PropTypes<T>): void {
  if (!isPlainObject(props)) throw mustError(type, 'be a mapping of props', props);
  const known = Object.keys(types);
  throwAll(Object.entries<unknown>(props).flatMap(([prop, value]) => {
    if (!known.includes(prop)) return [mustError(type, `only contain its own props (did you mean \`${nearest(prop, known)}\`?)`, prop)];
    const expected = types[prop as keyof T];
    return value === undefined || value === null || expected.accepts(value) ? [] : [mustError(prop, `be ${expected.name}`, value)];
  }));
}

function nearest(name: string, candidates: string[]): string {
  const distances = candidates.map((candidate) => distance(name.toLowerCase(), candidate.toLowerCase()));
  return candidates[distances.indexOf(Math.min(...distances))];
}

/** Omitted characters cost less than wrong ones, because users abbreviate: `env`. */
const OMISSION = 0.3;

/** Weighted Levenshtein distance. */
function distance(name: string, candidate: string): number {
  let row = Array.from({ length: candidate.length + 1 }, (_, i) => i * OMISSION);
  for (let i = 0; i < name.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < candidate.length; j++) next.push(Math.min(row[j + 1] + 1, next[j] + OMISSION, row[j] + (name[i] === candidate[j] ? 0 : 1)));
    row = next;
  }
  return row[candidate.length];
}
