import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';

/**
 * A folder to make an asset from. CDK copies assets into the cloud assembly at once, so that the folder can go; only with
 * staging switched off does the assembly point to it.
 */
export function inTemporaryFolder<T>(scope: IConstruct, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'librechat-'));
  try {
    return use(folder);
  } finally {
    if (!scope.node.tryGetContext('aws:cdk:disable-asset-staging')) rmSync(folder, { recursive: true });
  }
}
