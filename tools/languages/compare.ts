import { createHash } from 'node:crypto';
import type { Assembly } from './synthesize';

/** Differences of two assemblies except metadata, one line each. Asset hashes must be equal. */
export function differences(expected: Assembly, actual: Assembly): string[] {
  return [
    ...differencesBelow('', withoutMetadata(expected.documents), withoutMetadata(actual.documents)),
    ...differencesBelow('image', expected.image, actual.image),
  ];
}

/** CDK's metadata contain the language and version of an app, and stack traces of constructs. */
function withoutMetadata(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMetadata);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value)
    .filter(([key, child]) => !/^aws:(cdk|asset):/.test(key) && child?.Type !== 'AWS::CDK::Metadata')
    .map(([key, child]) => [key, withoutMetadata(child)]));
}

function differencesBelow(path: string, expected: unknown, actual: unknown): string[] {
  if (!isTree(expected) || !isTree(actual)) {
    return isEqual(expected, actual) ? [] : [`${path} must be ${show(expected)}, got: ${show(actual)}`];
  }
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...keys].flatMap((key) => differencesBelow(path ? `${path}/${key}` : key, expected[key], actual[key]));
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}

function isEqual(a: unknown, b: unknown): boolean {
  return Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : a === b;
}

function show(value: unknown): string {
  return Buffer.isBuffer(value) ? `${value.length} bytes (sha256 ${createHash('sha256').update(value).digest('hex').slice(0, 8)})` : JSON.stringify(value)?.slice(0, 200) ?? 'absent';
}
