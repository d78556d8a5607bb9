import { DATABASE_PROCESS } from './maintenance/database/messages';
import { log, messageOf } from './shared/log';
import { RuntimeApi } from './shared/runtime-api';
import { readSettings } from './shared/settings';
import { COMMAND } from '../src/contract/image';

async function main(): Promise<void> {
  const command = process.argv[2] ?? COMMAND.serve;
  if (command === DATABASE_PROCESS) {
    const { serveDatabase } = await import('./maintenance/database/index.js');
    return serveDatabase(process.env);
  }
  const api = new RuntimeApi(process.env.AWS_LAMBDA_RUNTIME_API ?? '');
  if (command === COMMAND.serve) {
    const { work } = await import('./worker/worker.js');
    const { QueuedRequests } = await import('./worker/queued-requests.js');
    const settings = readSettings(process.env);
    await work(api, process.env, settings, () => QueuedRequests.read(process.env, settings));
  } else if (command === COMMAND.publish) {
    const { publish } = await import('./publisher/index.js');
    await publish(api, process.env, readSettings(process.env));
  } else if (command === COMMAND.maintain) {
    const { maintain } = await import('./maintenance/index.js');
    await maintain(api, process.env, readSettings(process.env));
  } else {
    throw new Error(`command must be one of ${Object.values(COMMAND).join(', ')}, got: ${command}`);
  }
}

main().catch((error: unknown) => {
  log.error('adapter-failed', { message: messageOf(error) });
  process.exit(1);
});
