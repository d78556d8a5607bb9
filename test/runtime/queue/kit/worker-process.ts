import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from './queues';
import { scaledSettings, WorkerQueue } from '../../../../runtime/queue';

/** A worker in a separate process, which can be stopped and killed. Reports each request before it responds. */
async function main(): Promise<void> {
  const { uri, release, secret, startId, factor } = JSON.parse(process.argv[2]) as Record<string, string>;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const worker = new WorkerQueue({
    redis: { uri }, prefix: 'chat', release, sealingSecret: Buffer.from(secret, 'hex'), log, settings: scaledSettings(Number(factor)),
  });
  await worker.reportStarted(startId);
  process.send!({ started: true });
  await serve(worker, async (exchange) => {
    await new Promise<void>((resolve) => { process.send!({ executed: exchange.head.path }, () => resolve()); });
    await exchange.start({ statusCode: 200, headers: [] });
    for (let i = 0; i < 20 && !exchange.gone.aborted; i++) {
      await exchange.write(Buffer.from(`${exchange.head.path} ${i}\n`));
      await sleep(20);
    }
    await exchange.end();
  }, 5);
}

void main();
process.on('disconnect', () => process.exit());
