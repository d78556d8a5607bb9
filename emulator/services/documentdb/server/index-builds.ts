import { setTimeout as sleep } from 'node:timers/promises';
import type { Document } from 'bson';
import type { Collection } from './collection';
import { CommandError } from './command-error';
import { exists, specificationOf } from './index-specification';
import { checkPartialFilter } from './partial-filter';
import type { Dialect } from './server-options';

/**
 * Builds indexes, with a delay. DocumentDB allows one build per collection and rejects `createIndexes` and `dropIndexes` meanwhile; MongoDB
 * makes the second one wait.
 *
 * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html
 */
export class IndexBuilds {
  /** Number of builds that were rejected because of another one. */
  public refused = 0;
  /** Awaited before a build ends; tests can delay a build with it. */
  public pace?: () => Promise<unknown>;
  private readonly running = new Map<Collection, Promise<void>>();

  /** @param buildMs duration of the build of each index */
  public constructor(private readonly dialect: Dialect, private readonly buildMs: number) {}

  /** Adds missing indexes; resolves to the number of indexes before and after. */
  public async create(collection: Collection, given: readonly Document[]): Promise<{ before: number; after: number }> {
    while (this.isBusy(collection)) await this.running.get(collection);
    const before = collection.indexes.length;
    const requested = given.map(specificationOf);
    for (const { partialFilterExpression = {} } of requested) checkPartialFilter(partialFilterExpression, this.dialect);
    const missing = requested.filter((index, position) => !exists(index, [...collection.indexes, ...requested.slice(0, position)]));
    if (missing.length) await this.build(collection, missing);
    return { before, after: collection.indexes.length };
  }

  public async drop(collection: Collection, names: readonly string[]): Promise<void> {
    while (this.isBusy(collection)) await this.running.get(collection);
    for (const name of names) collection.dropIndex(name);
  }

  private async build(collection: Collection, missing: readonly Document[]): Promise<void> {
    const build = sleep(this.buildMs * missing.length, undefined, { ref: false })
      .then(() => this.pace?.())
      .then(() => missing.forEach((index) => collection.addIndex(index)));
    const ended = build.catch(() => undefined);
    this.running.set(collection, ended);
    try {
      await build;
    } finally {
      if (this.running.get(collection) === ended) this.running.delete(collection);
    }
  }

  /** Whether a build is running. Check again after each wait, because several callers wait for the same build. */
  private isBusy(collection: Collection): boolean {
    if (!this.running.has(collection)) return false;
    if (this.dialect === 'mongodb') return true;
    this.refused++;
    throw new CommandError(40333, 'Existing index build in progress on the same collection. Collection is limited to a single index build at a time.');
  }
}
