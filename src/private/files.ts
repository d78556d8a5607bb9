import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import { bundledPackageError } from './validation/errors';

/** A path below the root of the package. This file is two folders deep in `src` and, compiled, in `lib`. */
export function inPackage(...path: string[]): string {
  // Undefined in an ES module into which the package was bundled.
  const folder = typeof __dirname === 'undefined' ? undefined : join(__dirname, '..', '..');
  if (folder === undefined || !existsSync(join(folder, 'assets'))) throw bundledPackageError();
  return join(folder, ...path);
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
