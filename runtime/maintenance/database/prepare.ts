import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Model, Mongoose } from 'mongoose';
import { DatabaseError, type DatabaseRequest, type Prepared } from './messages';
import { log, messageOf } from '../../shared/log';

/** The part of `@librechat/data-schemas` that is used. */
export interface DataSchemas {
  createModels(mongoose: Mongoose): Record<string, Model<unknown>>;
  /** Drops unique indexes of older releases, which reject data of this one; in LibreChat, the script `migrate:tenant-indexes`. */
  dropSupersededTenantIndexes?(connection: Connection): Promise<{ readonly dropped: string[]; readonly errors: string[] }>;
}

interface RefusedCommand extends Error {
  readonly code?: number;
}

/** An index that could not be created. */
interface RefusedIndex {
  /** Undefined if the error does not belong to one index. */
  readonly name?: string;
  readonly error: RefusedCommand;
}

/** DocumentDB builds one index of a collection at a time. */
const BUILD_IN_PROGRESS = 40333;

/** An index exists with other options or under another name. LibreChat runs with it. */
const EXISTS_OTHERWISE = [85, 86];

/**
 * The database does not support the index: BadValue, FailedToParse, CannotCreateIndex, InvalidOptions, CommandNotSupported,
 * InvalidIndexSpecificationOption, and DocumentDB's code for features of MongoDB that it does not have.
 */
const UNSUPPORTED = [2, 9, 67, 72, 115, 197, 303];

const NO_COLLECTION = 26;

/** Creates all collections and indexes of this release, one after another. Workers no longer do. */
export async function prepare(mongoose: Mongoose, schemas: DataSchemas, { migrate, waitMs, retryMs }: DatabaseRequest): Promise<Prepared> {
  const until = performance.now() + waitMs;
  const models = Object.values(schemas.createModels(mongoose));
  const dropped = migrate && await someSuperseded(models) ? await dropSuperseded(mongoose.connection, schemas) : [];
  for (const model of models) {
    await model.createCollection();
    await createIndexes(model, until, retryMs);
  }
  return { collections: models.length, dropped };
}

/**
 * Whether there is a unique index that this release does not declare. The migration selects indexes by name, and this release
 * declares some of these names: the migration would drop them in every deployment, and they would be built again.
 */
async function someSuperseded(models: readonly Model<unknown>[]): Promise<boolean> {
  for (const model of models) {
    const declared = model.schema.indexes().filter(([, options]) => options.unique).map(([fields]) => JSON.stringify(fields));
    const existing = await model.collection.indexes().catch((error: RefusedCommand) => {
      if (error.code === NO_COLLECTION) return [];
      throw error;
    });
    if (existing.some(({ key, unique }) => unique && !declared.includes(JSON.stringify(key)))) return true;
  }
  return false;
}

async function dropSuperseded(connection: Connection, { dropSupersededTenantIndexes }: DataSchemas): Promise<readonly string[]> {
  const result = await dropSupersededTenantIndexes?.(connection);
  if (result?.errors.length) throw new DatabaseError(`indexes of older releases could not be dropped: ${result.errors.join('; ')}`, 'index');
  return result?.dropped ?? [];
}

async function createIndexes(model: Model<unknown>, until: number, retryMs: number): Promise<void> {
  const collection = model.collection.collectionName;
  for (;;) {
    const all = await tryIndexes(model);
    const refused = all.filter(({ error }) => !hasCode(error, EXISTS_OTHERWISE));
    for (const { error } of all.filter((each) => !refused.includes(each))) log.warn('index-differs', { collection, message: error.message });
    if (!refused.length) return;
    if (refused.some(({ error }) => !hasCode(error, [BUILD_IN_PROGRESS])) || performance.now() + retryMs > until) {
      const problem = refused.some(({ error }) => hasCode(error, UNSUPPORTED)) ? 'unsupported' : 'index';
      throw new DatabaseError(`indexes of the collection ${collection} could not be created: ${reasonsOf(refused)}`, problem);
    }
    await sleep(retryMs);
  }
}

/** Creates all indexes of a model. Mongoose continues after an error, and rejects with the first one. */
async function tryIndexes(model: Model<unknown>): Promise<RefusedIndex[]> {
  const refused: RefusedIndex[] = [];
  const note = (error: RefusedCommand | null | undefined, fields: object, options: { name?: string } = {}) => {
    if (error) refused.push({ error, name: options.name ?? Object.entries(fields).flat().join('_') });
  };
  const ignore = () => undefined;
  model.on('index-single-done', note).on('error', ignore);
  try {
    await model.createIndexes();
  } catch (error) {
    if (!refused.length) refused.push({ error: error as RefusedCommand });
  } finally {
    model.off('index-single-done', note).off('error', ignore);
  }
  return refused;
}

/** The messages, each with the indexes that it belongs to. */
function reasonsOf(refused: readonly RefusedIndex[]): string {
  const messages = [...new Set(refused.map(({ error }) => messageOf(error)))];
  return messages.map((message) => {
    const names = refused.flatMap(({ name, error }) => (name && messageOf(error) === message ? [name] : []));
    return [names.join(', '), message].filter(Boolean).join(': ');
  }).join('; ');
}

function hasCode({ code = 0 }: RefusedCommand, codes: readonly number[]): boolean {
  return codes.includes(code);
}
