import { logger, type Models } from '../data-schemas';
import { print } from './helpers';
import { connectDatabase, defineModels } from '../server/database';

/** Connects for a script; the script ends with exit code 1 if that fails. */
export async function connect(): Promise<Models> {
  const models = defineModels();
  try {
    print('orange', 'Warming up the engines...');
    await connectDatabase(process.env, (level, message) => logger[level](message));
    return models;
  } catch (error) {
    console.error(error);
    return process.exit(1);
  }
}
