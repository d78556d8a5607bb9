import { createApp } from './app';
import { createLog } from './log';
import { connectRedis } from './redis';
import { readSettings } from './settings';

/** Starts the stand-in as LibreChat is started: `node server/index.js` in `/app/api`, told everything by variables. */
function main(): void {
  const settings = readSettings(process.env, process.cwd());
  const log = createLog(settings);
  const redis = connectRedis(settings.redis, log);
  const server = createApp(settings, redis, log).listen(settings.port, settings.host, (error) => {
    if (error) throw error;
    const { port } = server.address() as { port: number };
    log('info', `Server listening at http://${settings.host}:${port}`);
  });
  process.once('SIGTERM', () => {
    log('info', 'SIGTERM: closing');
    server.close(() => {
      redis.close();
      process.exit(0);
    });
    server.closeAllConnections();
  });
}

try {
  main();
} catch (error) {
  process.stderr.write(`LibreChat stand-in does not start: ${(error as Error).message}\n`);
  process.exit(1);
}
