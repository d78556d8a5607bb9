import { leavesOf, type Path } from './leaves';
import { isBefore } from '../../contract/releases';
import type { ConfigIssue } from '../config-checker';

/** The release whose schema is in the bundle. The package with the schema of v0.8.7 was not published. */
export const SCHEMA_RELEASE = 'v0.8.8';

/** Keys at the top level that LibreChat rejects before `SCHEMA_RELEASE`. Below the top level it ignores unknown keys. */
const NEW_KEYS = ['filters', 'langfuse', 'openapi', 'permissions'];

/** Values that it rejects before `SCHEMA_RELEASE`, by the last keys of their paths. */
const NEW_VALUES: ReadonlyArray<readonly [path: RegExp, values: string[]]> = [
  [/^webSearch\.(searchProvider|scraperProvider)$/, ['keenable']],
  [/^speech\.speechTab\.(speechToText\.engineSTT|textToSpeech\.engineTTS)$/, ['browser', 'external']],
  [/^modelSpecs\.list\.\d+\.preset\.reasoning_effort$/, ['max']],
];

/** Settings that an older release rejects, although the schema accepts them. */
export function issuesOfRelease(config: Record<string, unknown>, release: string): ConfigIssue[] {
  if (!isBefore(release, SCHEMA_RELEASE)) return [];
  const since = `${SCHEMA_RELEASE} or newer only`;
  const keys = NEW_KEYS.filter((key) => key in config).map((key) => ({ path: [key] as Path, message: since }));
  const values = leavesOf(config)
    .filter(({ path, value }) => NEW_VALUES.some(([pattern, added]) => pattern.test(path.join('.')) && added.includes(value as string)))
    .map(({ path }) => ({ path, message: since }));
  return [...keys, ...values];
}

/** Whether the release certainly rejects all settings that the schema rejects. */
export function isCovered(release: string | undefined): release is string {
  return release !== undefined && !isBefore(SCHEMA_RELEASE, release);
}
