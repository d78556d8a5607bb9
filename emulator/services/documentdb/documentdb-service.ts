import type { MongoServer } from './server';

/** DocumentDB's clusters by id. Each is a server of its own, with TLS and the user of the template. */
export class DocumentDbService {
  public readonly clusters = new Map<string, MongoServer>();
}
