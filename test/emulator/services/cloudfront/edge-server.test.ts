import { once } from 'node:events';
import { request as send, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream, type RequestEvent, type TimedEvent } from '../../../../emulator/core/events';
import { bodyOf, readWhole, textResponse, type HttpHandler, type HttpRequest } from '../../../../emulator/core/http';
import { Distribution } from '../../../../emulator/services/cloudfront/distribution';
import { EdgeServer } from '../../../../emulator/services/cloudfront/edge-server';
import { MANAGED_ORIGIN_REQUEST_POLICIES } from '../../../../emulator/services/cloudfront/forwarding';

let cloud: Cloud;
let log: TimedEvent[];
let url: string;
let respond: HttpHandler;

beforeEach(async () => {
  const events = new EventStream();
  // Its own: what the test before left open ends only now.
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
  const edge = new EdgeServer(distribution, new Set(['d1.cloudfront.net', 'chat.example.com']), events);
  cloud.onDispose(() => edge.close());
  url = await edge.open(0);
});

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

test('a response is broken off for a viewer that leaves with less', async () => {
  const body = new Readable({ read: () => undefined });
  body.push('hell');
  respond = async () => ({ status: 200, headers: [['Content-Length', '5']], body });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  for await (const data of socket) if (String(data).endsWith('hell')) break;
  expect(await requestEvent()).toMatchObject({ broken: true });
});

test('each piece of a response goes out as it comes', async () => {
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

test('a response that breaks off breaks off the connection, after what came', async () => {
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
