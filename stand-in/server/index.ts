import { createApp } from './app';
import { connectDatabase, defineModels, disconnectDatabase, seedDatabase } from './database';
import { createLog } from './log';
import { connectRedis } from './redis';
import { readSettings } from './settings';
import { ensureTriggerIndexes } from './trigger-indexes';
import { isAtLeast } from '../data-schemas';

/** Starts the stand-in as LibreChat is started: `node server/index.js` in `/app/api`, configured by variables. */
async function main(): Promise<void> {
  const settings = readSettings(process.env, process.cwd());
  const log = createLog(settings);
  const models = defineModels();
  const redis = connectRedis(settings.redis, log);
  try {
    await connectDatabase(process.env, log);
    log('info', 'Connected to MongoDB');
    await seedDatabase(models);
    const state = { ready: false, closing: false };
    const server = createApp(settings, redis, models, () => state.ready && redis.ready(), log).listen(settings.port, settings.host, (error) => {
      if (error) throw error;
      const { port } = server.address() as { port: number };
      log('info', `Server listening at http://${settings.host}:${port}`);
    });
    process.once('SIGTERM', () => {
      log('info', 'SIGTERM: closing');
      state.closing = true;
      server.close(() => {
        redis.close();
        void disconnectDatabase().then(() => process.exit(0));
      });
      server.closeAllConnections();
    });
    await ensureTriggerIndexes(models, log).catch((error) => {
      if (!state.closing) throw error;
    });
    state.ready = true;
    log('info', 'Server readiness checks passing.');
  } catch (error) {
    const { name, message, stack } = error as Error;
    // From v0.8.8 on, LibreChat's logger replaces the message with that of the error.
    log('error', isAtLeast('0.8.8') ? message : `Failed to start server: ${message}`, { name, stack });
    process.exit(1);
  }
}

process.on('unhandledRejection', (reason) => {
  process.stdout.write(`${JSON.stringify({ level: 'error', message: 'Unhandled promise rejection. The app will continue running.', reason: String(reason) })}\n`);
});

main().catch((error: Error) => {
  process.stderr.write(`LibreChat stand-in does not start: ${error.message}\n`);
  process.exit(1);
});
