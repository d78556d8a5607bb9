import { Collection } from './collection';

/** The collections of a server, by database and name. */
export class Databases {
  private readonly all = new Map<string, Map<string, Collection>>();

  public find(database: string, name: string): Collection | undefined {
    return this.all.get(database)?.get(name);
  }

  /** Returns a collection, and creates it if it does not exist. */
  public open(database: string, name: string): Collection {
    const found = this.find(database, name);
    if (found) return found;
    const created = new Collection(`${database}.${name}`);
    if (!this.all.has(database)) this.all.set(database, new Map());
    this.all.get(database)!.set(name, created);
    return created;
  }

  public collections(database: string): [name: string, collection: Collection][] {
    return [...this.all.get(database) ?? []];
  }
}
