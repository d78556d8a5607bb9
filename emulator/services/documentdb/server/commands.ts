import { type Document, Long } from 'bson';
import type { Collection } from './collection';
import { CommandError } from './command-error';
import type { Databases } from './databases';
import { matches } from './filter';
import type { IndexBuilds } from './index-builds';
import { select } from './select';

interface Context {
  readonly databases: Databases;
  readonly builds: IndexBuilds;
}

type Command = (command: Document, context: Context) => Document | Promise<Document>;

/** The supported commands on data; others are rejected. */
const COMMANDS: Readonly<Record<string, Command>> = {
  create: ({ create, $db }, { databases }) => {
    if (databases.find($db, create)) throw new CommandError('NamespaceExists', `Collection already exists. NS: ${$db}.${create}`);
    databases.open($db, create);
    return { ok: 1 };
  },

  listCollections: ({ filter = {}, nameOnly, $db }, { databases }) => {
    const all = databases.collections($db).map(([name]) => ({ name, type: 'collection', ...(!nameOnly && { options: {}, info: { readOnly: false }, idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } }) }));
    return cursor(`${$db}.$cmd.listCollections`, all.filter((each) => matches(each, filter as Document)));
  },

  createIndexes: async ({ createIndexes, indexes, $db }, { databases, builds }) => {
    const created = !databases.find($db, createIndexes);
    const { before, after } = await builds.create(databases.open($db, createIndexes), indexes as Document[]);
    return {
      numIndexesBefore: before,
      numIndexesAfter: after,
      createdCollectionAutomatically: created,
      ...(before === after && { note: 'all indexes already exist' }),
      ok: 1,
    };
  },

  listIndexes: ({ listIndexes, $db }, { databases }) => {
    const { namespace, indexes } = existing(databases, $db, listIndexes);
    return cursor(namespace, indexes);
  },

  dropIndexes: async ({ dropIndexes, index, $db }, { databases, builds }) => {
    const collection = existing(databases, $db, dropIndexes, 'ns not found');
    const before = collection.indexes.length;
    const names = index === '*' ? collection.indexes.map(({ name }) => name).filter((name) => name !== '_id_') : [index].flat().map(String);
    await builds.drop(collection, names);
    return { nIndexesWas: before, ok: 1 };
  },

  insert: ({ insert, documents, ordered = true, $db }, { databases }) => {
    const collection = databases.open($db, insert);
    return { ...written(documents as Document[], ordered, (document) => (collection.insert(document), 1)), ok: 1 };
  },

  update: ({ update, updates, ordered = true, $db }, { databases }) => {
    const upserts = (updates as Document[]).some(({ upsert }) => upsert);
    const collection = upserts ? databases.open($db, update) : databases.find($db, update);
    let nModified = 0;
    const upserted: Document[] = [];
    const result = written(updates as Document[], ordered, ({ q, u, multi, upsert }, index) => {
      const { found, changed, inserted } = collection?.update(q, u, { multi, upsert }) ?? { found: 0, changed: 0 };
      nModified += changed;
      if (inserted !== undefined) upserted.push({ index, _id: inserted });
      return found;
    });
    return { ...result, nModified, ...(upserted.length && { upserted }), ok: 1 };
  },

  delete: ({ delete: name, deletes, ordered = true, $db }, { databases }) => {
    const collection = databases.find($db, name);
    return { ...written(deletes as Document[], ordered, ({ q, limit }) => collection?.delete(q, limit) ?? 0), ok: 1 };
  },

  find: (command, { databases }) => {
    const { find: name, filter = {}, $db } = command;
    const found = databases.find($db, name)?.find(filter as Document) ?? [];
    return cursor(`${$db}.${name}`, select([...found], command));
  },
};

export async function execute(command: Document, context: Context): Promise<Document> {
  const [name] = Object.keys(command);
  if (!Object.hasOwn(COMMANDS, name)) throw new CommandError('CommandNotFound', `no such command: '${name}'`);
  return COMMANDS[name](command, context);
}

function existing(databases: Databases, database: string, name: string, message = `ns does not exist: ${database}.${name}`): Collection {
  const found = databases.find(database, name);
  if (!found) throw new CommandError('NamespaceNotFound', message);
  return found;
}

/** Executes several writes. A failed write does not undo earlier ones. */
function written(writes: readonly Document[], ordered: boolean, write: (write: Document, index: number) => number): Document {
  let n = 0;
  const writeErrors: Document[] = [];
  for (const [index, each] of writes.entries()) {
    try {
      n += write(each, index);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      writeErrors.push(error.writeError(index));
      if (ordered) break;
    }
  }
  return { n, ...(writeErrors.length && { writeErrors }) };
}

/** Returns all documents in one batch, regardless of the requested batch size. */
function cursor(ns: string, firstBatch: readonly Document[]): Document {
  return { cursor: { firstBatch, id: Long.ZERO, ns }, ok: 1 };
}
