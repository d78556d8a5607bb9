import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type StandInProcess, startStandIn, startTestServers, type TestServers, variables } from '../../fixtures/stand-in-process';
import { probe, type ProbeOptions } from '../../probe';

jest.setTimeout(30_000);

/** Handles a request to the proxy. `forward` sends it to the stand-in. */
type Interference = (req: IncomingMessage, res: ServerResponse, forward: () => Promise<IncomingMessage>) => void;

/** Tokens of 4 s, more than half of which must arrive one by one, also if this process pauses. */
const PACE = { tokens: 40, gapMs: 100 };

const isStream = ({ url }: IncomingMessage) => /\/chat\/stream\//.test(url ?? '');

describe('the check of a chat', () => {
  let servers: TestServers;
  let standIn: StandInProcess;
  let proxy: Server | undefined;

  beforeAll(async () => {
    servers = await startTestServers();
    standIn = await startStandIn(variables(servers));
    while (!(await fetch(`${standIn.url}/readyz`)).ok) await new Promise(setImmediate);
  });

  afterEach(() => { proxy?.close(); proxy?.closeAllConnections(); });
  afterAll(async () => {
    await standIn.stop();
    await servers.dispose();
  });

  /** A proxy in front of the stand-in that affects streams as a faulty stack would. */
  async function through(interfere: Interference): Promise<string> {
    let streams = 0;
    proxy = createServer((req, res) => {
      const forward = () => new Promise<IncomingMessage>((resolve, reject) => {
        req.pipe(request(standIn.url + req.url, { method: req.method, headers: req.headers, agent: false }, resolve).on('error', reject));
      });
      // The warm-up passes.
      if (isStream(req) && ++streams > 1) return interfere(req, res, forward);
      void forward().then((response) => {
        res.writeHead(response.statusCode!, response.headers);
        response.pipe(res);
      });
    });
    await new Promise<void>((resolve) => proxy!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
  }

  /** The probe's report, and the rules that failed. */
  async function check(url: string, options: Partial<ProbeOptions> = {}) {
    const report = await probe({ url, checks: ['chat'], pace: PACE, ...options });
    return { ...report, failures: Object.fromEntries(report.verdicts.filter(({ outcome }) => outcome === 'failed').map(({ rule, seen }) => [rule, seen])) };
  }

  test('passes when all tokens arrive one after the other', async () => {
    const { passed, verdicts, measurement } = await check(standIn.url);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed']);
    expect(passed).toBe(true);
    expect(measurement!.events).toBeGreaterThanOrEqual(PACE.tokens);
    expect(measurement!.medianGapMs).toBeGreaterThan(50);
    expect(measurement!.firstEventMs).toBeGreaterThan(measurement!.postReturnedMs);
  });

  test('fails when the stream is buffered', async () => {
    const url = await through(async (_req, res, forward) => {
      const response = await forward();
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.end(Buffer.concat(chunks));
    });
    const { passed, failures } = await check(url);
    expect(failures).toEqual({ 'the reply arrives in pieces': expect.stringMatching(/^\d+ tokens arrived at [12] moments$/) });
    expect(passed).toBe(false);
  });

  test('fails when no event arrives', async () => {
    const url = await through((_req, res) => { res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(); });
    expect((await check(url, { timeoutMs: 1_000 })).failures).toMatchObject({ 'the reply arrives complete': 'no event for 1 s' });
  });

  test('fails when the stream is interrupted', async () => {
    const url = await through(async (_req, res, forward) => {
      const response = await forward();
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      response.once('data', (chunk) => res.end(chunk));
    });
    expect((await check(url)).failures).toMatchObject({ 'the reply arrives complete': 'the stream ended without a final event' });
  });

  test('fails when a token is lost', async () => {
    const url = await through(async (_req, res, forward) => {
      const response = await forward();
      response.setEncoding('utf8');
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      let text = '';
      let lost = false;
      for await (const chunk of response as AsyncIterable<string>) {
        // A chunk may have several events, and parts of events.
        const frames = (text + chunk).split(/(?<=\n\n)/);
        text = frames.at(-1)!.endsWith('\n\n') ? '' : frames.pop()!;
        for (const frame of frames) {
          if (!lost && frame.includes('on_message_delta')) lost = true;
          else res.write(frame);
        }
      }
      res.end(text);
    });
    expect((await check(url)).failures).toEqual({
      'the reply arrives complete': expect.stringMatching(/^\d+ of \d+ characters arrived in events$/),
      'the page would show each token': expect.stringContaining('characters before the end'),
    });
  });

  test('fails when the stream of a new message begins with `sync`', async () => {
    const url = await through(async (req, res) => {
      const { url: path, headers } = req;
      request(`${standIn.url}${path}&resume=true`, { headers, agent: false }, (response) => {
        res.writeHead(response.statusCode!, response.headers);
        response.pipe(res);
      }).end();
    });
    expect((await check(url)).failures).toEqual({ 'the page would show each token': expect.stringContaining('the stream starts with sync') });
  });

  test('fails with the message of the server when the login is refused', async () => {
    const closed = await startStandIn(variables(servers, { ALLOW_REGISTRATION: undefined }));
    while (!(await fetch(`${closed.url}/readyz`)).ok) await new Promise(setImmediate);
    const stranger = await check(closed.url);
    const wrong = await check(closed.url, { account: { email: 'a@b.c', password: 'wrong' } });
    expect(stranger.failures).toEqual({ 'a user logs in': expect.stringContaining('set ALLOW_REGISTRATION') });
    expect(wrong.failures).toEqual({ 'a user logs in': expect.stringContaining('login returned 404') });
    await closed.stop();
  });
});
