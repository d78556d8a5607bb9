import { randomUUID } from 'node:crypto';
import { type Document, ObjectId } from 'bson';
import { CommandError } from './command-error';
import { matches } from './filter';
import { specificationOf, type IndexSpecification } from './index-specification';
import { upsertDocument, updated } from './update';
import { keyOf, shown, valuesAt } from './values';

const PRIMARY: IndexSpecification = { v: 2, key: { _id: 1 }, name: '_id_' };

/** The documents of a collection, in the order of their insertion, and its indexes. */
export class Collection {
  public readonly indexes: IndexSpecification[] = [PRIMARY];
  private readonly documents = new Map<string, Document>();
  /** Entries of each unique index: document keys by the indexed values. */
  private readonly taken = new Map<string, Map<string, string>>();

  /** @param namespace database and name, such as `LibreChat.users` */
  public constructor(public readonly namespace: string) {}

  public *find(filter: Document): Generator<Document> {
    // Most filters of drivers specify one id.
    if (filter._id instanceof ObjectId || typeof filter._id === 'string') {
      const only = this.documents.get(keyOf(filter._id));
      if (only && matches(only, filter)) yield only;
      return;
    }
    for (const document of [...this.documents.values()]) if (matches(document, filter)) yield document;
  }

  /** @throws CommandError if a unique index already contains the value */
  public insert(given: Document): Document {
    const document = '_id' in given ? given : { _id: new ObjectId(), ...given };
    const id = keyOf(document._id);
    if (this.documents.has(id)) throw this.duplicate(PRIMARY, [document._id]);
    this.put(id, document);
    return document;
  }

  /** Updates the matching documents. */
  public update(
    filter: Document, change: Document | Document[], { multi = false, upsert = false },
  ): { found: number; changed: number; inserted?: unknown } {
    let found = 0;
    let changed = 0;
    for (const document of this.find(filter)) {
      found++;
      const after = updated(document, change);
      if (keyOf(after) !== keyOf(document)) {
        changed++;
        this.put(keyOf(document._id), after);
      }
      if (!multi) break;
    }
    if (found || !upsert) return { found, changed };
    return { found: 1, changed: 0, inserted: this.insert(updated({ _id: new ObjectId(), ...upsertDocument(filter) }, change, true))._id as unknown };
  }

  public delete(filter: Document, limit: number): number {
    let deleted = 0;
    for (const document of this.find(filter)) {
      const id = keyOf(document._id);
      for (const index of this.unique()) this.taken.get(index.name)!.delete(this.entry(index, document) ?? '');
      this.documents.delete(id);
      if (++deleted === limit) break;
    }
    return deleted;
  }

  /** Adds an index. @throws CommandError if documents have equal values in a unique index */
  public addIndex(given: Document): void {
    const index = specificationOf(given);
    if (index.unique) {
      const taken = new Map<string, string>();
      for (const [id, document] of this.documents) {
        const entry = this.entry(index, document);
        if (entry !== undefined && taken.has(entry)) throw this.duplicate(index, valuesOf(index, document), `Index build failed: ${randomUUID()}: Collection ${this.namespace} ( ${randomUUID()} ) :: caused by :: `);
        if (entry !== undefined) taken.set(entry, id);
      }
      this.taken.set(index.name, taken);
    }
    this.indexes.push(index);
  }

  public dropIndex(name: string): void {
    if (name === PRIMARY.name) throw new CommandError('InvalidOptions', 'cannot drop _id index');
    const at = this.indexes.findIndex((index) => index.name === name);
    if (at < 0) throw new CommandError('IndexNotFound', `index not found with name [${name}]`);
    this.indexes.splice(at, 1);
    this.taken.delete(name);
  }

  private put(id: string, document: Document): void {
    const before = this.documents.get(id);
    const entries = this.unique().map((index) => [index, this.entry(index, document)] as const);
    for (const [index, entry] of entries) {
      if ((this.taken.get(index.name)!.get(entry ?? '') ?? id) !== id) throw this.duplicate(index, valuesOf(index, document));
    }
    for (const [index, entry] of entries) {
      const taken = this.taken.get(index.name)!;
      if (before) taken.delete(this.entry(index, before) ?? '');
      if (entry !== undefined) taken.set(entry, id);
    }
    this.documents.set(id, document);
  }

  private unique(): IndexSpecification[] {
    return this.indexes.filter((index) => index.unique);
  }

  /** The index entry of a document; undefined if the index does not contain it. */
  private entry(index: IndexSpecification, document: Document): string | undefined {
    const values = Object.keys(index.key).map((path) => valuesAt(document, path)[0]);
    if (index.sparse && values.every((value) => value === undefined)) return undefined;
    if (index.partialFilterExpression && !matches(document, index.partialFilterExpression)) return undefined;
    return keyOf(values.map((value) => value ?? null));
  }

  private duplicate(index: IndexSpecification, values: unknown[], context = ''): CommandError {
    const keyValue = Object.fromEntries(Object.keys(index.key).map((path, position) => [path, values[position] ?? null]));
    return new CommandError('DuplicateKey', `${context}E11000 duplicate key error collection: ${this.namespace} index: ${index.name} dup key: ${shown(keyValue)}`, {
      keyPattern: index.key, keyValue,
    });
  }
}

function valuesOf(index: IndexSpecification, document: Document): unknown[] {
  return Object.keys(index.key).map((path) => valuesAt(document, path)[0]);
}
