import { Annotations, Token } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { isPlainObject } from '../plain-object';

/** Characters of a value that an error shows. */
const SHOWN_CHARACTERS = 500;

/**
 * A prop with an invalid value.
 *
 * @param prop as the user wrote it, such as `memorySize`
 * @param rule completes "must …", with the fix where it can be guessed
 */
export function mustError(prop: string, rule: string, got: unknown): Error {
  return new Error(`\`${prop}\` must ${rule}, got: ${show(got)}`);
}

/**
 * A prop or a method that needs another prop.
 *
 * @param required completes "requires …"
 */
export function requiresError(prop: string, required: string): Error {
  return new Error(`\`${prop}\` requires ${required}`);
}

/** None or several of the props that exclude each other. */
export function exactlyOneError(...props: string[]): Error {
  return new Error(`specify exactly one of ${props.map((prop) => `\`${prop}\``).join(', ')}`);
}

/** Throws all errors at once, so that users do not synthesize once for each. */
export function throwAll(errors: Error[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new Error(`${errors.length} errors:\n${errors.map(({ message }) => `- ${message}`).join('\n')}`);
}

/** The app was bundled together with this package. */
export function bundledPackageError(): Error {
  return new Error('`cdk-librechat-serverless` must be loaded from node_modules, because it reads files next to its code: exclude it from '
    + 'the bundle, for example with esbuild --external:cdk-librechat-serverless');
}

/**
 * Warns of a value that deploys but rarely does what the user wants. Users acknowledge it by its id:
 * `Annotations.of(chat).acknowledgeWarning('cdk-librechat-serverless:<id>')`.
 *
 * @param rule completes "should …"
 */
export function warn(scope: IConstruct, id: string, prop: string, rule: string, got: unknown): void {
  Annotations.of(scope).addWarningV2(`cdk-librechat-serverless:${id}`, `\`${prop}\` should ${rule}, got: ${show(got)}`);
}

/** A value in an error or a warning. */
function show(value: unknown): string {
  const text = showWhole(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function showWhole(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string' && value !== '' && Token.isUnresolved(value)) return 'a token, whose value is known at deployment only';
  // Strings that look like another type are quoted.
  if (typeof value === 'string') return /^(-?\d+(\.\d+)?|true|false|null|NaN|)$/.test(value) ? JSON.stringify(value) : value;
  if (typeof value === 'number' && Token.isUnresolved(value)) return 'a token, whose value is known at deployment only';
  if (Array.isArray(value)) return `[${value.map((element) => (typeof element === 'string' ? JSON.stringify(element) : showWhole(element))).join(',')}]`;
  if (typeof value === 'function') return `the function ${value.name}`.trim();
  if (typeof value === 'object' && value !== null) return showObject(value);
  return String(value);
}

/** Instances refer to their parents, which JSON does not allow. */
function showObject(value: object): string {
  if (Construct.isConstruct(value)) return `the construct ${value.node.path}`;
  return isPlainObject(value) ? JSON.stringify(value) : `an instance of ${value.constructor.name}`;
}
