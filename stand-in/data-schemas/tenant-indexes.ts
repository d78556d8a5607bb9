import type { Connection } from 'mongoose';
import { logger } from './logger';

interface MigrationResult {
  readonly dropped: string[];
  readonly skipped: string[];
  readonly errors: string[];
}

/** Unique indexes of releases before v0.8.5, for the collections of the stand-in. */
const SUPERSEDED: Readonly<Record<string, readonly string[]>> = {
  users: ['email', 'googleId', 'facebookId', 'openidId', 'samlId', 'ldapId', 'githubId', 'discordId', 'appleId'].map((field) => `${field}_1`),
  roles: ['name_1'],
  conversations: ['conversationId_1', 'conversationId_1_user_1'],
  messages: ['messageId_1', 'messageId_1_user_1'],
  presets: ['presetId_1'],
  files: ['filename_1_conversationId_1_context_1'],
  groups: ['idOnTheSource_1_source_1'],
};

/** Drops indexes that conflict with tenants, as `npm run migrate:tenant-indexes` does. Like LibreChat's, it compares only names. */
export async function dropSupersededTenantIndexes(connection: Connection): Promise<MigrationResult> {
  const result: MigrationResult = { dropped: [], skipped: [], errors: [] };
  for (const [name, superseded] of Object.entries(SUPERSEDED)) {
    const collection = connection.db!.collection(name);
    const existing = await collection.indexes().catch(() => undefined);
    for (const index of superseded) {
      if (!existing?.some((each) => each.name === index)) {
        result.skipped.push(`${name}.${index}${existing ? '' : ' (collection does not exist)'}`);
        continue;
      }
      await collection.dropIndex(index).then(
        () => void result.dropped.push(`${name}.${index}`),
        (error: Error) => void result.errors.push(`${name}.${index}: ${error.message}`),
      );
    }
  }
  result.dropped.forEach((index) => logger.info(`[TenantMigration] Dropped superseded index: ${index}`));
  result.errors.forEach((error) => logger.error(`[TenantMigration] Failed to drop index: ${error}`));
  return result;
}
