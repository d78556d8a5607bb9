import { describeWith } from '../../requires';
import { type Deployment, get, startServing } from './kit/queues';
import { useDeployment } from './kit/use-deployment';
import type { TestRedis } from '../../../fixtures/runtime/redis';
import { until } from '../../../fixtures/runtime/until';
import type { Started } from '../../../runtime/queue';
import type { Exchange } from '../../../runtime/shared/exchange';

const NOTHING = Buffer.alloc(0);
const ok = async (exchange: Exchange) => { await exchange.start({ statusCode: 200, headers: [] }); await exchange.end(); };

describeWith('redis-server')('a request', () => {
  let redis: TestRedis;
  let deployment: Deployment;
  useDeployment((...opened) => { [deployment, redis] = opened; });

  /** A request whose relay starts a slow worker. */
  const starting = async () => {
    let startId = '';
    const outcome = deployment.relay({ startWorker: (id) => { startId = id; return new Promise<Started>(() => undefined); } }).submit(get('/'), NOTHING);
    await until(() => startId !== '');
    const ready = () => startServing(deployment.worker(), startId, ok);
    return { outcome, ready };
  };

  test('whose start is refused waits for a worker that is starting', async () => {
    const { outcome, ready } = await starting();
    let refused = 0;
    // More requests wait than the starting worker has places.
    const relay = deployment.relay({ capacity: 1, startWorker: async () => { refused += 1; return { refused: 'Rate Exceeded' }; } });
    const second = relay.submit(get('/'), NOTHING);
    // The start was refused and repeated: the relay did not give up.
    await until(() => refused >= 2);
    await ready();
    expect(await Promise.all([outcome, second])).toMatchObject([{ kind: 'response' }, { kind: 'response' }]);
  });

  test('waits for a worker that is starting, although another start has failed', async () => {
    const { outcome, ready } = await starting();
    await deployment.worker().reportBroken('no memory');
    const { relay, proxy } = await deployment.relayBehindProxy(redis.port);
    const second = relay.submit(get('/'), NOTHING);
    await until(() => proxy.commands.filter((command) => command === 'enqueue').length >= 2);
    await ready();
    expect(await Promise.all([outcome, second])).toMatchObject([{ kind: 'response' }, { kind: 'response' }]);
  });

  test('does not restore a start that was withdrawn before its relay was notified', async () => {
    const starts: string[] = [];
    let begun = () => {};
    const { relay, proxy } = await deployment.relayBehindProxy(redis.port, {
      settings: { ...deployment.settings, startMs: 600_000 },
      startWorker: async (id) => {
        starts.push(id);
        if (starts.length === 1) await new Promise<void>((resolve) => { begun = resolve; });
        return 'started';
      },
    });
    const leaving = new AbortController();
    const outcome = relay.submit(get('/'), NOTHING, { signal: leaving.signal });
    await until(() => starts.length === 1);
    await deployment.worker().withdrawStart(starts[0]);
    const renewed = proxy.commands.length;
    await until(() => proxy.commands.slice(renewed).filter((command) => command === 'enqueue').length >= 2);
    begun();
    await until(() => starts.length === 2);
    leaving.abort();
    await outcome;
  });

  test('leads to another start if a start is withdrawn', async () => {
    const starts: string[] = [];
    const settings = { ...deployment.settings, startMs: 600_000 };
    const relay = deployment.relay({ settings, startWorker: async (id) => { starts.push(id); return 'started'; } });
    const leaving = new AbortController();
    const outcome = relay.submit(get('/'), NOTHING, { signal: leaving.signal });
    await until(() => starts.length === 1);
    await deployment.worker().withdrawStart(starts[0]);
    await until(() => starts.length === 2);
    expect(new Set(starts).size).toBe(2);
    leaving.abort();
    await outcome;
  });
});
