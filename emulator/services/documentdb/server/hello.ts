import type { Document } from 'bson';
import type { MongoServerOptions } from './server-options';

/** Wire version of MongoDB 5.0 and DocumentDB 5.0. */
const WIRE_VERSION = 13;

/** Response to the handshake, which tells drivers the kind and version of the server. */
export function hello({ command, legacy, address, options, mechanisms }: {
  readonly command: Document;
  readonly legacy: boolean;
  /** Host and port. */
  readonly address: string;
  readonly options: MongoServerOptions;
  /** The mechanisms that the user can authenticate with. */
  readonly mechanisms: readonly string[];
}): Document {
  const { replicaSet } = options;
  return {
    ...(legacy || !('hello' in command) ? { ismaster: true } : { isWritablePrimary: true }),
    helloOk: true,
    ...(replicaSet && { setName: replicaSet, hosts: [address], me: address, primary: address, secondary: false }),
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    readOnly: false,
    ...(mechanisms.length && { saslSupportedMechs: mechanisms }),
    ok: 1,
  };
}
