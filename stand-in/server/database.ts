import mongoose from 'mongoose';
import { createModels, type Models } from '../data-schemas';
import type { Log } from './log';

type Environment = Readonly<Record<string, string | undefined>>;

const number = (value?: string) => parseInt(value ?? '', 10) || undefined;
const flag = (value?: string) => (value === undefined ? undefined : value.toLowerCase() === 'true');

/** Defines the models before connecting, as LibreChat does, so that Mongoose builds their indexes in the background of the start. */
export function defineModels(): Models {
  return createModels(mongoose);
}

/**
 * Connects as LibreChat's `api/db/connect.js` does.
 *
 * @throws Error after `serverSelectionTimeoutMS` without a server, and immediately for a wrong password
 */
export async function connectDatabase(env: Environment, log: Log): Promise<void> {
  const all = {
    maxPoolSize: number(env.MONGO_MAX_POOL_SIZE),
    minPoolSize: number(env.MONGO_MIN_POOL_SIZE),
    maxConnecting: number(env.MONGO_MAX_CONNECTING),
    maxIdleTimeMS: number(env.MONGO_MAX_IDLE_TIME_MS),
    waitQueueTimeoutMS: number(env.MONGO_WAIT_QUEUE_TIMEOUT_MS),
    autoIndex: flag(env.MONGO_AUTO_INDEX),
    autoCreate: flag(env.MONGO_AUTO_CREATE),
  };
  const options = { bufferCommands: false, ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) };
  mongoose.connection.on('error', (error: Error) => log('error', `[connectDb] MongoDB connection error: ${error.message}`));
  log('info', 'Mongo Connection options');
  log('info', JSON.stringify(options, null, 2));
  mongoose.set('strictQuery', true);
  await mongoose.connect(env.MONGO_URI!, options);
}

/** Roles that LibreChat creates in every database. */
export async function seedDatabase({ Role }: Models): Promise<void> {
  for (const name of ['ADMIN', 'USER']) await Role.updateOne({ name }, { $setOnInsert: { name } }, { upsert: true });
}

export async function disconnectDatabase(): Promise<void> {
  await mongoose.disconnect();
}
