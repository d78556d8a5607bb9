import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import type * as yaml from 'yaml';

/** The `yaml` library as one file, bundled by `tools/bundle-yaml.ts`: the published one is half as large as this package. */
export const YAML_PARSER = 'assets/yaml.js';

/** A path below the root of the package. This file is two folders deep in `src` and, compiled, in `lib`. */
export function inPackage(...path: string[]): string {
  return join(__dirname, '..', '..', ...path);
}

/** Loaded on demand: it takes a tenth of the time to synthesize an app without a configuration file. */
export function yamlParser(): Pick<typeof yaml, 'parseDocument'> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(inPackage(YAML_PARSER));
}

/**
 * A folder for the contents of an asset. CDK copies assets into the cloud assembly when they are created, so the folder is
 * removed; with asset staging disabled, the assembly refers to the folder itself.
 */
export function inTemporaryFolder<T>(scope: IConstruct, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'librechat-'));
  try {
    return use(folder);
  } finally {
    if (!scope.node.tryGetContext('aws:cdk:disable-asset-staging')) rmSync(folder, { recursive: true });
  }
}
