import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Mongoose } from 'mongoose';
import { connect } from './connect';
import { DatabaseError, type DatabaseRequest, type DatabaseResponse } from './messages';
import { prepare, type DataSchemas } from './prepare';
import { messageOf } from '../../shared/log';

/**
 * The process that works on the database, with the MongoDB driver and the models of the image's LibreChat. They read LibreChat's variables
 * when they are loaded, so they run in a process with these variables.
 */
export async function serveDatabase(environment: NodeJS.ProcessEnv): Promise<never> {
  // The parent process has exited.
  process.once('disconnect', () => process.exit(1));
  try {
    const { mongoose, schemas } = loadFromImage();
    await serveRequests(mongoose, schemas, environment.MONGO_URI ?? '');
    return process.exit(0);
  } catch (error) {
    await respond({ failed: messageOf(error), problem: error instanceof DatabaseError ? error.problem : 'unreachable' });
    return process.exit(1);
  }
}

async function serveRequests(mongoose: Mongoose, schemas: DataSchemas, uri: string): Promise<void> {
  const toConnect = await received();
  await connect(mongoose, uri, toConnect.waitMs, toConnect.retryMs);
  const user = await mongoose.connection.collection('users').findOne({}, { projection: { _id: 1 } });
  await respond({ done: { hasData: user !== null } });
  const toPrepare = await received();
  await respond({ done: await prepare(mongoose, schemas, toPrepare) });
  await mongoose.disconnect();
}

/** Resolved as LibreChat resolves them, since their versions belong to its release. */
function loadFromImage(): { mongoose: Mongoose; schemas: DataSchemas } {
  const load = createRequire(join(process.cwd(), 'package.json'));
  try {
    return { mongoose: load('mongoose') as Mongoose, schemas: load('@librechat/data-schemas') as DataSchemas };
  } catch (error) {
    throw new DatabaseError(`LibreChat's packages could not be loaded: ${messageOf(error)}`, 'image');
  }
}

async function received(): Promise<DatabaseRequest> {
  const [message] = await once(process, 'message');
  return message as DatabaseRequest;
}

function respond(response: DatabaseResponse): Promise<void> {
  return new Promise((resolve, reject) => process.send!(response, (error: Error | null) => (error ? reject(error) : resolve())));
}
