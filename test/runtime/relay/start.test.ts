import { provideAwslambda, ResponseStream } from './kit/response-stream';
import { World } from './kit/world';
import { proxyEvent } from '../../../fixtures/runtime/events';
import { until } from '../../../fixtures/runtime/until';
import { start } from '../../../runtime/relay';
import type { Exchange } from '../../../runtime/shared/exchange';
import { describeWith } from '../../requires';

jest.setTimeout(30_000);

/** The relay's program in this process. The test controls both the caller and the worker. */
describeWith('redis-server')('the relay\'s handler', () => {
  let world: World;
  let takeAway: () => void;
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
  const connections = async () => String(await world.inspector.client('LIST')).trim().split('\n').length;

  beforeAll(async () => {
    takeAway = provideAwslambda();
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    world = await World.start();
  });
  afterEach(() => world.reset());
  afterAll(async () => {
    await world.dispose();
    takeAway();
    jest.restoreAllMocks();
  });

  test('is connected to Redis once init is over', async () => {
    const before = await connections();
    await start(world.environment({ settings: { initMs: 30_000 } }));
    expect(await connections()).toBe(before + 1);
  });

  test('succeeds without Redis', async () => {
    await expect(start({ ...world.environment({ settings: { initMs: 50 }, queue: { unreachableMs: 100 } }), REDIS_URI: 'redis://127.0.0.1:1' })).resolves.toBeInstanceOf(Function);
  });

  test.each([
    ['RELAY_WORKER_FUNCTION', undefined, 'must be set, got: nothing'],
    ['QUEUE_PREFIX', '', 'must be set, got: ""'],
    ['QUEUE_MAX_CONCURRENT_REQUESTS', '0', 'must be a whole number of at least 1, got: "0"'],
    ['RELAY_MAX_WORKERS', '1.5', 'must be a whole number of at least 1, got: "1.5"'],
    ['RELAY_PAD_EVENTS_TO', 'yes', 'must be a whole number of at least 1, got: "yes"'],
  ])('fails when %s is %j', async (name, value, message) => {
    await expect(start({ ...world.environment(), [name]: value })).rejects.toThrow(`\`${name}\` ${message}`);
  });

  test('notifies the worker when the client disconnects during the stream, and does not fail', async () => {
    const taken: Exchange[] = [];
    await world.worker(async (exchange) => {
      taken.push(exchange);
      await exchange.start({ statusCode: 200, headers: [] });
      await exchange.write(Buffer.from('begun'));
    });
    const handler = await start(world.environment());
    const out = new ResponseStream();
    const handled = handler(proxyEvent('/api'), out, context);
    await until(() => out.turns.flat().includes('begun'));
    out.close();
    await handled;
    await until(() => taken[0].gone.aborted);
  });

  test('withdraws a request when the client disconnects before a worker has it', async () => {
    world.lambda.behaviour = { kind: 'run', function: () => undefined };
    const handler = await start(world.environment());
    const out = new ResponseStream();
    const handled = handler(proxyEvent('/api'), out, context);
    await until(() => world.inspector.zcard(`${world.keys}waiting`));
    out.close();
    await handled;
    expect(await world.inspector.zcard(`${world.keys}waiting`)).toBe(0);
    expect(out.turns).toEqual([]);
  });

  test('does not end while it starts a worker, because the result would be lost in a frozen environment', async () => {
    let starts: () => void = () => undefined;
    world.lambda.behaviour = { kind: 'run', function: () => new Promise<void>((resolve) => { starts = resolve; }) };
    const handler = await start(world.environment({ queue: { waitMs: 200 } }));
    const out = new ResponseStream();
    let over = false;
    const handled = handler(proxyEvent('/api'), out, context).then(() => { over = true; });
    await until(() => out.writableFinished && world.lambda.calls.length);
    await new Promise(setImmediate);
    expect(over).toBe(false);
    starts();
    await handled;
  });
});
