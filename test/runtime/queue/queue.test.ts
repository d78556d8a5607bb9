import { randomBytes } from 'node:crypto';
import { describeWith } from '../../requires';
import { bodyOf, contentOf, type Deployment, get, post, serve, startServing } from './kit/queues';
import { useDeployment } from './kit/use-deployment';

describeWith('redis-server')('a relay and a worker', () => {
  let deployment: Deployment;
  useDeployment((opened) => { deployment = opened; });

  test('a request reaches the worker as it was sent, and its response the relay', async () => {
    const worker = deployment.worker();
    await worker.reportStarted();
    const serving = serve(worker, async (exchange) => {
      await exchange.start({ statusCode: 201, headers: ['x-path', exchange.head.path, 'set-cookie', 'a=1', 'set-cookie', 'b=2'] });
      await exchange.write(Buffer.from('one '));
      await exchange.write(Buffer.from('two'));
      await exchange.end();
    });
    const outcome = await deployment.relay().submit(get('/api/a?b=%20c', ['Cookie', 'x=y']), Buffer.alloc(0));
    expect(outcome).toMatchObject({
      kind: 'response',
      worker: worker.worker,
      head: { statusCode: 201, headers: ['x-path', '/api/a?b=%20c', 'set-cookie', 'a=1', 'set-cookie', 'b=2'] },
    });
    expect((await bodyOf(outcome)).toString()).toBe('one two');
    await worker.close();
    await serving;
  });

  test.each([0, 1, 64 * 1024, 64 * 1024 + 1, 4_400_000])('a body of %d bytes arrives completely', async (size) => {
    const worker = deployment.worker();
    await worker.reportStarted();
    void serve(worker, async (exchange) => {
      const content = await contentOf(exchange);
      await exchange.start({ statusCode: 200, headers: [] });
      await exchange.write(content);
      await exchange.end();
    });
    const body = randomBytes(size);
    const outcome = await deployment.relay().submit(post('/upload', size), body);
    expect((await bodyOf(outcome)).equals(body)).toBe(true);
  });

  test('a worker is started for the first request, and not for the second', async () => {
    const starts: string[] = [];
    const startWorker = async (startId: string) => {
      starts.push(startId);
      await startServing(deployment.worker(), startId, async (exchange) => {
        await exchange.start({ statusCode: 204, headers: [] });
        await exchange.end();
      });
      return 'started' as const;
    };
    const submit = async () => bodyOf(await deployment.relay({ startWorker }).submit(get('/'), Buffer.alloc(0)));
    await Promise.all([submit(), submit(), submit()]);
    await submit();
    expect(starts).toHaveLength(1);
  });
});
