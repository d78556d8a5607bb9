import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

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

/**
 * Warns of a value that deploys but rarely does what the user wants. Users acknowledge it by its id:
 * `Annotations.of(chat).acknowledgeWarning('cdk-librechat-serverless:<id>')`.
 *
 * @param rule completes "should …"
 */
export function warn(scope: IConstruct, id: string, prop: string, rule: string, got: unknown): void {
  Annotations.of(scope).addWarningV2(`cdk-librechat-serverless:${id}`, `\`${prop}\` should ${rule}, got: ${show(got)}`);
}

function show(value: unknown): string {
  // Strings that look like another type are quoted.
  const plain = typeof value === 'string' && !/^(-?\d+(\.\d+)?|true|false)$/.test(value);
  return plain ? value : JSON.stringify(value) ?? 'nothing';
}
