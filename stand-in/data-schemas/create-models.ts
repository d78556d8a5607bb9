import type { Model, Mongoose } from 'mongoose';
import { logger } from './logger';
import { isAtLeast } from './release';
import { declarations } from './schemas';

export type Models = Readonly<Record<string, Model<any>>>;

/**
 * Defines LibreChat's models. After connecting, Mongoose creates the collections and builds the indexes in the background, unless
 * the connection's options prevent it.
 */
export function createModels(mongoose: Mongoose): Models {
  const entries = Object.entries(declarations()).map(([name, { fields = {}, indexes }]) => {
    // Other fields are stored unchanged.
    const schema = new mongoose.Schema(fields, { timestamps: true, strict: false });
    for (const [keys, options] of indexes) schema.index(keys, options);
    return [name, (mongoose.models[name] as Model<any> | undefined) ?? mongoose.model(name, schema)] as const;
  });
  const models = Object.fromEntries(entries);
  if (isAtLeast('0.8.8')) Object.values(models).forEach(reportFailedBuilds);
  return models;
}

/** Before v0.8.8, failed index builds are not logged. */
function reportFailedBuilds(model: Model<any>): void {
  if (model.listenerCount('index')) return;
  model.on('index', (error?: Error) => {
    if (error) logger.error(`Index build failed for "${model.modelName}": ${error.message}`);
  });
}
