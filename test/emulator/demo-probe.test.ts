import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type StandInProcess, startStandIn, startTestRedis, variables } from './stand-in-process';
import { probe } from '../../emulator/probe';

/** Handles a request that goes through the proxy; `forward` asks the stand-in. */
type Interference = (req: IncomingMessage, res: ServerResponse, forward: () => Promise<IncomingMessage>) => void;

const isStream = ({ url }: IncomingMessage) => /\/chat\/stream\//.test(url ?? '');

describe('probe', () => {
  let redis: Awaited<ReturnType<typeof startTestRedis>>;
  let standIn: StandInProcess;
  let proxy: Server | undefined;

  beforeAll(async () => {
    redis = await startTestRedis();
    standIn = await startStandIn(variables(redis.redis, redis.ca));
    while (!(await fetch(`${standIn.url}/readyz`)).ok) await new Promise(setImmediate);
  });

  afterEach(() => { proxy?.close(); proxy?.closeAllConnections(); });
  afterAll(async () => {
    await standIn.stop();
    await redis.dispose();
  });

  /** A hop before the stand-in that does to streams what a badly built stack would do. */
  async function through(interfere: Interference): Promise<string> {
    let streams = 0;
    proxy = createServer((req, res) => {
      const forward = () => new Promise<IncomingMessage>((resolve, reject) => {
        req.pipe(request(standIn.url + req.url, { method: req.method, headers: req.headers, agent: false }, resolve).on('error', reject));
      });
      // The warm-up passes.
      if (isStream(req) && ++streams > 1) return interfere(req, res, forward);
      void forward().then((answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      });
    });
    await new Promise<void>((resolve) => proxy!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
  }

  const failuresOf = ({ verdicts }: Awaited<ReturnType<typeof probe>>) => verdicts.filter(({ passed }) => !passed);

  test('passes when all tokens come one after the other', async () => {
    const seen: string[] = [];
    const result = await probe(standIn.url, { onEvent: (description) => seen.push(description) });
    expect(result).toMatchObject({ passed: true, verdicts: [{ passed: true }, { passed: true }] });
    expect(result.tokens).toBeGreaterThanOrEqual(18);
    expect(result.medianGap).toBeGreaterThan(50);
    expect(result.firstEventAfter).toBeGreaterThan(result.answeredAfter);
    expect(seen[0]).toBe('POST answered');
    expect(seen[1]).toMatch(/^sync, \d+ characters so far$/);
    expect(seen.at(-1)).toBe('final');
    expect(seen).toHaveLength(result.events + 1);
  });

  test('fails when the stream is buffered', async () => {
    const url = await through(async (_req, res, forward) => {
      const answer = await forward();
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.end(Buffer.concat(chunks));
    });
    const result = await probe(url);
    expect(failuresOf(result)).toEqual([{
      rule: 'the answer arrived in pieces', passed: false, reason: expect.stringMatching(/^\d+ tokens came at [12] moments$/),
    }]);
    expect(result.passed).toBe(false);
  });

  test('fails when no event comes', async () => {
    const url = await through((_req, res) => { res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(); });
    const result = await probe(url, { patienceMs: 100 });
    expect(failuresOf(result)).toContainEqual({ rule: 'the answer arrived whole', passed: false, reason: 'no event for 0.1 s' });
  });

  test('fails when the stream breaks off', async () => {
    const url = await through(async (_req, res, forward) => {
      const answer = await forward();
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      answer.once('data', (chunk) => res.end(chunk));
    });
    expect(failuresOf(await probe(url))).toContainEqual({
      rule: 'the answer arrived whole', passed: false, reason: 'the stream ended without a final event',
    });
  });

  test('fails when a token is lost', async () => {
    const url = await through(async (_req, res, forward) => {
      const answer = await forward();
      answer.setEncoding('utf8');
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      let lost = false;
      for await (const chunk of answer as AsyncIterable<string>) {
        if (!lost && chunk.includes('on_message_delta')) lost = true;
        else res.write(chunk);
      }
      res.end();
    });
    expect(failuresOf(await probe(url))).toContainEqual({
      rule: 'the answer arrived whole', passed: false, reason: expect.stringMatching(/^\d+ of \d+ characters came in events$/),
    });
  });

  test('fails with what the server said when it does not let anyone in', async () => {
    const closed = await startStandIn(variables(redis.redis, redis.ca, { ALLOW_REGISTRATION: undefined }));
    while (!(await fetch(`${closed.url}/readyz`)).ok) await new Promise(setImmediate);
    await expect(probe(closed.url)).rejects.toThrow('set ALLOW_REGISTRATION');
    await expect(probe(closed.url, { account: { email: 'a@b.c', password: 'wrong' } })).rejects.toThrow('login answered 404');
    await closed.stop();
  });
});
