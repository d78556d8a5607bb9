import type { Template } from './template';
import { EmulatorError } from '../core/errors';

/** Values for references. */
export interface Scope {
  readonly template: Template;
  readonly availabilityZones: string[];
  /** Value of a resource, parameter or pseudo parameter; undefined if it does not exist. */
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  /** The value of a dynamic reference, `{{resolve:service:key}}`. */
  dynamic(service: string, key: string): string;
}

/** Result of `Fn::If` that removes the property. */
const NO_VALUE = Symbol('AWS::NoValue');

type Fn = (argument: unknown, inner: (value: unknown) => unknown, scope: Scope) => unknown;

const FUNCTIONS: Record<string, Fn> = {
  'Ref': (name, _inner, scope) => {
    if (name === 'AWS::NoValue') return NO_VALUE;
    const value = scope.ref(String(name));
    return value ?? unresolved(`there is no ${String(name)}`);
  },
  'Fn::GetAtt': (argument, inner, scope) => {
    const [id, ...names] = (Array.isArray(argument) ? argument.map((part) => String(inner(part))) : String(argument).split('.'));
    const name = names.join('.');
    return scope.attribute(id, name) ?? unresolved(`the emulator has no attribute ${name} of ${id}`);
  },
  'Fn::Join': (argument, inner) => {
    const [separator, parts] = inner(argument) as [string, unknown[]];
    return parts.map(String).join(separator);
  },
  'Fn::Sub': (argument, inner) => {
    const [pattern, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
    return pattern.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in variables) return String(inner(variables[name]));
      const [id, ...attribute] = name.split('.');
      return String(inner(attribute.length ? { 'Fn::GetAtt': [id, attribute.join('.')] } : { Ref: name }));
    });
  },
  'Fn::Select': (argument, inner) => {
    const [index, items] = inner(argument) as [number | string, unknown[]];
    return items[Number(index)] ?? unresolved(`Fn::Select finds nothing at ${index} of ${items.length}`);
  },
  'Fn::Split': (argument, inner) => {
    const [separator, value] = inner(argument) as [string, string];
    return value.split(separator);
  },
  'Fn::FindInMap': (argument, inner, scope) => {
    const [map, first, second] = inner(argument) as string[];
    return scope.template.Mappings?.[map]?.[first]?.[second] ?? unresolved(`Fn::FindInMap finds no ${map}.${first}.${second}`);
  },
  'Fn::GetAZs': (_argument, _inner, scope) => scope.availabilityZones,
  'Fn::Base64': (argument, inner) => Buffer.from(String(inner(argument))).toString('base64'),
  'Fn::If': (argument, inner, scope) => {
    const [condition, yes, no] = argument as [string, unknown, unknown];
    return inner(conditionHolds(condition, scope) ? yes : no);
  },
  'Fn::ToJsonString': (argument, inner) => JSON.stringify(inner(argument)),
  'Fn::Equals': (argument, inner) => {
    const [left, right] = inner(argument) as unknown[];
    return String(left) === String(right);
  },
  'Fn::Not': (argument, inner) => !(inner(argument) as unknown[])[0],
  'Fn::And': (argument, inner) => (inner(argument) as unknown[]).every(Boolean),
  'Fn::Or': (argument, inner) => (inner(argument) as unknown[]).some(Boolean),
  'Condition': (name, _, scope) => conditionHolds(String(name), scope),
};

/** Resolves all intrinsic functions and dynamic references in a value. */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = evaluate(value, scope);
  return resolved === NO_VALUE ? undefined : resolved;
}

export function conditionHolds(name: string, scope: Scope): boolean {
  const condition = scope.template.Conditions?.[name];
  if (condition === undefined) return unresolved(`there is no condition ${name}`);
  return Boolean(evaluate(condition, scope));
}

function evaluate(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return dynamicReferences(value, scope);
  if (Array.isArray(value)) return value.map((item) => evaluate(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1) {
    const [name, argument] = entries[0];
    const fn = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    // In policy statements, `Condition` is a plain key.
    if (fn && (name !== 'Condition' || typeof argument === 'string')) {
      const result = fn(argument, (part) => evaluate(part, scope), scope);
      return typeof result === 'string' ? dynamicReferences(result, scope) : result;
    }
    if (name.startsWith('Fn::')) return unresolved(`the emulator does not support ${name}`);
  }
  return Object.fromEntries(entries
    .map(([key, inner]): [string, unknown] => [key, evaluate(inner, scope)])
    .filter(([, inner]) => inner !== NO_VALUE));
}

function dynamicReferences(value: string, scope: Scope): string {
  return value.replace(/\{\{resolve:([\w-]+):(.*?)\}\}/g, (_, service: string, key: string) => scope.dynamic(service, key));
}

function unresolved(reason: string): never {
  throw new EmulatorError('INTRINSIC_UNRESOLVED', reason);
}
