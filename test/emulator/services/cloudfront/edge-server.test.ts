import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as send, type IncomingMessage } from 'node:http';
import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2';
import { get } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { makeCertificates, type Certificates } from '../../../../emulator/core/certificates';
import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream, type RequestEvent, type TimedEvent } from '../../../../emulator/core/events';
import { bodyOf, readWhole, textResponse, type HttpHandler, type HttpRequest } from '../../../../emulator/core/http';
import { Distribution } from '../../../../emulator/services/cloudfront/distribution';
import { EdgeServer, type EdgeServerOptions } from '../../../../emulator/services/cloudfront/edge-server';
import { MANAGED_ORIGIN_REQUEST_POLICIES } from '../../../../emulator/services/cloudfront/forwarding';

let cloud: Cloud;
let log: TimedEvent[];
let url: string;
let respond: HttpHandler;

/** Opens an edge server with `respond` as the origin. Resolves to its URL. */
async function open(options?: EdgeServerOptions): Promise<string> {
  const events = new EventStream();
  // A new one, because connections of the previous test may end only now.
  const own: TimedEvent[] = log = [];
  events.subscribe((event) => own.push(event));
  cloud = new Cloud(events);
  const dns = new Map([['origin', (request: HttpRequest) => respond(request)]]);
  const distribution = new Distribution({ dns, limit: (milliseconds) => milliseconds }, events, {
    id: 'E1',
    arn: 'arn:aws:cloudfront::123456789012:distribution/E1',
    domainName: 'd1.cloudfront.net',
    defaultRootObject: '',
    errorPages: [],
    behaviors: [{
      pathPattern: '*',
      allowedMethods: ['GET', 'HEAD', 'POST'],
      viewerProtocolPolicy: 'https-only',
      policies: [MANAGED_ORIGIN_REQUEST_POLICIES['b689b0a8-53d0-40ab-baf2-68738e2966ac']],
      origin: { id: 'o', domainName: 'origin', path: '', customHeaders: [], connectionAttempts: 1, readTimeout: 30, kind: 'custom', signed: false },
    }],
  });
  const edge = new EdgeServer(distribution, new Set(['d1.cloudfront.net', 'chat.example.com']), events, options);
  cloud.onDispose(() => edge.close());
  return edge.open(0);
}

beforeEach(async () => { url = await open(); });

afterEach(() => cloud.dispose());

async function requestEvent(): Promise<RequestEvent> {
  for (;;) {
    const event = log.find(({ type }) => type === 'request');
    if (event) return event as TimedEvent & RequestEvent;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('viewers are taken to speak HTTPS', async () => {
  respond = async ({ protocol }) => textResponse(200, 'text/plain', protocol);
  expect(await (await fetch(url)).text()).toBe('https');
});

test('a response is complete for a viewer that leaves with all of it, before its end is seen', async () => {
  const body = new Readable({ read: () => undefined });
  body.push('hello');
  respond = async () => ({ status: 200, headers: [['Content-Length', '5']], body });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  let received = '';
  for await (const data of socket) {
    received += String(data);
    // Leaving the loop closes the connection.
    if (received.endsWith('hello')) break;
  }
  expect(await requestEvent()).not.toHaveProperty('broken');
});

test('a response is aborted at the origin when the viewer disconnects early', async () => {
  const body = new Readable({ read: () => undefined });
  body.push('hell');
  respond = async () => ({ status: 200, headers: [['Content-Length', '5']], body });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  for await (const data of socket) if (String(data).endsWith('hell')) break;
  expect(await requestEvent()).toMatchObject({ broken: true });
});

test('each chunk of a response is sent when it arrives', async () => {
  let next: (piece: string) => void = () => undefined;
  respond = async () => ({
    status: 200,
    headers: [['Content-Type', 'text/event-stream']],
    body: Readable.from((async function* () {
      for (;;) yield await new Promise<string>((resolve) => (next = resolve));
    })()),
  });
  const response = await fetch(url);
  const reader = response.body!.getReader();
  for (const piece of ['one', 'two', 'three']) {
    next(piece);
    expect(Buffer.from((await reader.read()).value!).toString()).toBe(piece);
  }
  await reader.cancel();
});

test('an interrupted response closes the connection, after the received bytes', async () => {
  respond = async () => ({
    status: 200,
    headers: [],
    body: Readable.from((async function* () {
      yield 'partial';
      throw new Error('broken');
    })()),
  });
  const response = await new Promise<IncomingMessage>((resolve) => send(url, resolve).end());
  let came = '';
  response.on('data', (chunk) => (came += chunk));
  const [error] = await once(response, 'error') as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
  expect(came).toBe('partial');
  expect(await requestEvent()).toMatchObject({ status: 200, broken: true });
});

test('a viewer that leaves ends the reading of the response', async () => {
  const body = new Readable({ read: () => undefined });
  respond = async () => ({ status: 200, headers: [], body });
  const outgoing = send(url).on('error', () => undefined);
  outgoing.end();
  await once(outgoing, 'response');
  outgoing.destroy();
  await new Promise((resolve) => body.once('close', resolve));
  expect(await requestEvent()).toMatchObject({ broken: true });
});

test('an origin that does not read all of a request can still respond', async () => {
  respond = async ({ body }) => textResponse(413, 'text/plain', String(await readWhole(body, 1000)));
  const response = await fetch(url, { method: 'POST', body: Buffer.alloc(5_000_000) });
  expect(response.status).toBe(413);
  expect(await response.text()).toBe('undefined');
  // The connection serves another request.
  respond = async () => textResponse(200, 'text/plain', 'again');
  expect(await (await fetch(url)).text()).toBe('again');
});

test.each([204, 304])('%d and HEAD have no body', async (status) => {
  respond = async () => ({ status, headers: [], body: bodyOf(Buffer.from('body')) });
  const response = await fetch(url);
  expect(response.status).toBe(status);
  respond = async () => textResponse(200, 'text/plain', 'body');
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.headers.get('content-length'), await head.text()]).toEqual(['4', '']);
});

test('cookies stay apart', async () => {
  respond = async () => ({ status: 200, headers: [['Set-Cookie', 'a=1'], ['set-cookie', 'b=2']], body: bodyOf(Buffer.alloc(0)) });
  expect((await fetch(url)).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});

test.each([
  ['https://d1.cloudfront.net/login?x=1#y', true],
  ['https://chat.example.com/login?x=1#y', true],
  ['https://idp.example.com/login?x=1#y', false],
  ['/login', false],
])('a redirect to %s leads back here: %p', async (location, here) => {
  respond = async () => ({ status: 302, headers: [['Location', location]], body: bodyOf(Buffer.alloc(0)) });
  const response = await fetch(url, { redirect: 'manual' });
  expect(response.headers.get('location')).toBe(here ? `${url}/login?x=1#y` : location);
});

test('a handler that fails leads to a response of status 500 and a notice', async () => {
  respond = async () => {
    throw new Error('unforeseen');
  };
  expect((await fetch(url)).status).toBe(500);
  expect(log).toContainEqual(expect.objectContaining({ type: 'notice', level: 'warning', message: expect.stringContaining('unforeseen') }));
});

test('a viewer that leaves while it sends is no failure', async () => {
  const arrived = new Promise<void>((resolve) => {
    respond = async ({ body }) => {
      resolve();
      await readWhole(body);
      return textResponse(200, 'text/plain', '');
    };
  });
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart');
  await arrived;
  socket.destroy();
  respond = async () => textResponse(200, 'text/plain', 'next');
  expect(await (await fetch(url)).text()).toBe('next');
  expect(log.filter(({ type }) => type === 'notice')).toEqual([]);
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-values-specify.html#DownloadDistValuesSupportedHTTPVersions
describe('with TLS', () => {
  let folder: string;
  let certificates: Certificates;
  let session: ClientHttp2Session;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edge-server-'));
    certificates = await makeCertificates(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    await cloud.dispose();
    url = await open({ tls: certificates });
    session = connectHttp2(url, { ca: certificates.ca });
  });
  afterEach(() => session.destroy());

  test('viewers may use HTTP/2: host, path, query, headers and body reach the origin', async () => {
    let asked: HttpRequest | undefined;
    respond = async (request) => {
      asked = request;
      return textResponse(201, 'text/plain', await text(request.body), [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']]);
    };
    const stream = session.request({ ':method': 'POST', ':path': '/api/x?a=1', 'x-custom': 'X' });
    stream.end('body');
    const [headers] = await once(stream, 'response') as [Record<string, unknown>];
    expect(headers).toMatchObject({ ':status': 201, 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] });
    expect(await text(stream)).toBe('body');
    expect(asked).toMatchObject({ method: 'POST', path: '/api/x', query: 'a=1', protocol: 'https' });
    expect(asked!.headers).toContainEqual(['x-custom', 'X']);
    expect(asked!.headers.some(([name]) => name.startsWith(':'))).toBe(false);
  });

  test('HTTP/2 carries more than six requests at once', async () => {
    let waiting = 0;
    let release: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (release = resolve));
    respond = async () => {
      if (++waiting === 28) release();
      await all;
      return textResponse(200, 'text/plain', 'x');
    };
    const bodies = Array.from({ length: 28 }, () => text(session.request({ ':path': '/' })));
    expect((await Promise.all(bodies)).join('')).toBe('x'.repeat(28));
  });

  test('viewers may use HTTP/1.1', async () => {
    respond = async ({ headers }) => textResponse(200, 'text/plain', String(headers.find(([name]) => name.toLowerCase() === 'x-custom')?.[1]));
    const response = await new Promise<IncomingMessage>((resolve, reject) => get(url, { ca: certificates.ca, headers: { 'X-Custom': 'X' } }, resolve).on('error', reject));
    expect([response.httpVersion, await text(response)]).toEqual(['1.1', 'X']);
  });

  test('each chunk of a response is sent when it arrives, and HEAD has no body', async () => {
    const body = new Readable({ read: () => undefined });
    respond = async ({ method }) => ({ status: 200, headers: [['Content-Type', 'text/event-stream']], body: method === 'HEAD' ? Readable.from([]) : body });
    const stream = session.request({ ':path': '/' });
    await once(stream, 'response');
    for (const piece of ['one', 'two']) {
      body.push(piece);
      expect(String((await once(stream, 'data'))[0])).toBe(piece);
    }
    stream.close();
    expect(await text(session.request({ ':path': '/', ':method': 'HEAD' }))).toBe('');
  });

  test('an interrupted response resets its stream, after the received bytes, and no other one', async () => {
    respond = async ({ path }) => path === '/whole' ? textResponse(200, 'text/plain', 'whole') : {
      status: 200,
      headers: [],
      body: Readable.from((async function* () {
        yield 'partial';
        throw new Error('broken');
      })()),
    };
    const stream = session.request({ ':path': '/broken' });
    let came = '';
    stream.on('data', (chunk) => (came += chunk));
    await once(stream, 'error');
    expect([came, stream.rstCode]).toEqual(['partial', constants.NGHTTP2_INTERNAL_ERROR]);
    expect(await text(session.request({ ':path': '/whole' }))).toBe('whole');
  });

  test('a viewer that resets its stream ends the reading of the response', async () => {
    const body = new Readable({ read: () => undefined });
    respond = async () => ({ status: 200, headers: [], body });
    const stream = session.request({ ':path': '/' });
    await once(stream, 'response');
    stream.close(constants.NGHTTP2_CANCEL);
    await once(body, 'close');
    expect(await requestEvent()).toMatchObject({ broken: true });
  });

  test('redirects to the host names of the distribution lead to the HTTPS address', async () => {
    respond = async () => ({ status: 302, headers: [['Location', 'https://d1.cloudfront.net/login?x=1']], body: Readable.from([]) });
    const stream = session.request({ ':path': '/' });
    const [headers] = await once(stream, 'response') as [Record<string, unknown>];
    expect(headers.location).toBe(`${url}/login?x=1`);
  });
});
