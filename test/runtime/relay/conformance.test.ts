import { brotliCompressSync, gzipSync } from 'node:zlib';
import { proxyTo } from './kit/exchanges';
import { RelayBundle, type GatewayResponse, type RelayFunction } from './kit/relay-function';
import { World } from './kit/world';
import { buildArtifacts, type Artifacts } from '../../../fixtures/runtime/artifacts';
import { Direct, type PlainAnswer } from '../../../fixtures/runtime/direct';
import { eventOf, type ClientRequest } from '../../../fixtures/runtime/gateway';
import { pattern, specQuery, type ResponseSpec } from '../../../fixtures/runtime/response-spec';
import { DEFAULT_SETTINGS } from '../../../runtime/queue';
import { describeWith } from '../../requires';

jest.setTimeout(60_000);

const MB = 1024 * 1024;

type Pairs = Array<[string, string]>;

/** About this hop only, or about now. */
const NOT_COMPARED = ['connection', 'keep-alive', 'transfer-encoding', 'date'];

const sorted = (all: Pairs) => all.filter(([name]) => !NOT_COMPARED.includes(name)).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));

function pairs(raw: readonly string[]): Pairs {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i].toLowerCase(), raw[2 * i + 1]]);
}

/** The headers that API Gateway sends: a name that is in both counts from the lists. */
function headersOf({ headers, multiValueHeaders }: GatewayResponse): Pairs {
  const single = Object.entries(headers).filter(([name]) => !(name in multiValueHeaders));
  const multiple = Object.entries(multiValueHeaders).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
  return sorted([...single, ...multiple]);
}

describeWith('redis-server')('through relay and worker', () => {
  let artifacts: Artifacts;
  let bundle: RelayBundle;
  let direct: Direct;
  let world: World;
  let relay: RelayFunction;

  beforeAll(async () => {
    [artifacts, bundle] = await Promise.all([buildArtifacts(), RelayBundle.build()]);
    [direct, world] = await Promise.all([Direct.start(artifacts), World.start(bundle)]);
    // Leases as shipped: bytes are compared here, and megabytes of them keep this process from beating for a while.
    await world.worker(proxyTo(direct.port), { settings: DEFAULT_SETTINGS });
    relay = world.relay({ queue: DEFAULT_SETTINGS });
  });

  afterAll(async () => {
    await Promise.all([world.dispose(), direct.dispose()]);
    artifacts.dispose();
    bundle.dispose();
  });

  describe('requests arrive as a plain client\'s', () => {
    const GET = (target: string, ...headers: Pairs): ClientRequest => ({ method: 'GET', target, headers });
    const POST = (type: string, body: Buffer | string, method = 'POST'): ClientRequest => ({
      method, target: '/api/echo', headers: [['Content-Type', type]], body: Buffer.from(body),
    });
    const octets = (size: number) => POST('application/octet-stream', pattern(size));

    const cases: Record<string, ClientRequest> = {
      'GET': GET('/api/echo'),
      'POST without a body': { method: 'POST', target: '/api/echo' },
      'PUT': POST('application/json', '{}', 'PUT'),
      'PATCH': POST('application/json', '{"a":[1,2,3]}', 'PATCH'),
      'DELETE': { method: 'DELETE', target: '/api/echo/1' },
      'DELETE with a body': POST('application/json', '{"files":["a"]}', 'DELETE'),
      'OPTIONS': { method: 'OPTIONS', target: '/api/echo' },
      'GET with a body': POST('application/json', '{"q":1}', 'GET'),
      'a query': GET('/api/echo?a=1&b=2'),
      'repeated query values': GET('/api/echo?a=1&a=2&a=1&b=3'),
      'encoded query values': GET('/api/echo?q=a%20b%26c%3Dd%2Fe%3Ff%23g%25'),
      'a plus in a query': GET('/api/echo?q=a+b&p=a%2Bb'),
      'an empty query value': GET('/api/echo?a=&b'),
      'brackets in a query': GET('/api/echo?filter[a]=1&filter%5Bb%5D=2'),
      'non-ASCII in a query': GET('/api/echo?q=%C3%BC%E6%97%A5%F0%9F%98%80'),
      'a URL in a query': GET('/api/echo?url=https%3A%2F%2Fexample.com%2F%3Fa%3D1%26b%3D2'),
      'an encoded slash in a path': GET('/api/a%2Fb'),
      'an encoded space in a path': GET('/api/a%20b%20'),
      'an encoded percent in a path': GET('/api/100%25'),
      'non-ASCII in a path': GET('/api/%C3%BC%E6%97%A5%F0%9F%98%80'),
      'reserved characters in a path': GET('/api/a;b=c,d:e@f!$&\'()*+~_.-'),
      'double slashes in a path': GET('/api//a///b/'),
      'dots in a path': GET('/api/a/../b/./c'),
      'encoded dots in a path': GET('/api/%2e%2e/x'),
      'an encoded question mark in a path': GET('/api/a%3Fb%23c?d=e'),
      'malformed encoding in a path': GET('/api/%zz%'),
      'a cookie': GET('/api/echo', ['Cookie', 'a=1; refreshToken=abc.def.ghi; c="d e"']),
      'authorization': GET('/api/echo', ['Authorization', 'Bearer abc.def-ghi_jkl']),
      'user agent and language': GET('/api/echo', ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64)'], ['Accept-Language', 'de-DE,de;q=0.9,en;q=0.8']),
      'repeated headers': GET('/api/echo', ['X-Many', 'a'], ['X-Many', 'b'], ['X-Many', 'a, c']),
      'a long header': GET('/api/echo', ['X-Long', 'x'.repeat(8 * 1024)]),
      'an empty header': GET('/api/echo', ['X-Empty', '']),
      'conditional headers': GET('/api/echo', ['If-None-Match', 'W/"abc"'], ['If-Modified-Since', 'Sat, 21 Nov 2026 10:00:00 GMT'], ['Range', 'bytes=0-9']),
      'the generation protocol': GET('/api/echo', ['x-librechat-generation-protocol', '2']),
      'JSON': POST('application/json', JSON.stringify({ text: 'grüße 日本 😀', nested: { a: [null, true, 1.5] } })),
      'a form': POST('application/x-www-form-urlencoded', 'a=1&b=%C3%BC+c'),
      'line ends': POST('text/plain', 'a\r\nb\nc\rd\0e'),
      'all bytes': octets(256),
      'a multipart upload': POST('multipart/form-data; boundary=X', Buffer.concat([
        Buffer.from('--X\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'), pattern(5000), Buffer.from('\r\n--X--\r\n'),
      ])),
      'a picture': POST('image/png', pattern(70_000)),
      'one byte': octets(1),
      '64 KB': octets(64 * 1024),
      '1 MB': octets(MB),
      '4.3 MB, of which base64 makes 5.8': octets(4.3 * MB),
      '5.9 MB of text': POST('text/plain', 'x'.repeat(5.9 * MB)),
    };

    /** What the echo tells, less what a proxy must change: its own hop, and how the query was encoded. */
    const comparable = (body: Buffer) => {
      const { url, rawHeaders, method, length, sha256 } = JSON.parse(body.toString()) as Record<string, string> & { rawHeaders: string[] };
      const [path, search] = url.split('?');
      const headers = sorted(pairs(rawHeaders)).filter(([name]) => !name.startsWith('x-forwarded-'));
      return { path, query: [...new URLSearchParams(search)], headers, method, length, sha256 };
    };

    test.each(Object.entries(cases))('%s', async (_, request) => {
      const [through, straight] = await Promise.all([relay.send(eventOf(request)), direct.send(request)]);
      expect(straight.statusCode).toBe(200);
      expect(through).toMatchObject({ statusCode: 200, end: {} });
      expect(comparable(through.body)).toEqual(comparable(straight.body));
    });
  });

  describe('responses arrive as at a plain client', () => {
    const text = (body: string) => [['content-type', 'text/plain'], ['content-length', String(Buffer.byteLength(body))]] as const;
    const encoded = (encoding: string, bytes: Buffer): ResponseSpec => ({
      headers: [['content-encoding', encoding], ['content-length', String(bytes.length)], ['vary', 'Accept-Encoding']], bytes: bytes.toString('base64'),
    });

    const cases: Record<string, ResponseSpec> = {
      'with its length': { headers: text('hello'), chunks: ['hello'] },
      'without its length': { chunks: ['hello'] },
      'an empty body of unknown length': {},
      'an empty body': { headers: [['content-length', '0']] },
      ...Object.fromEntries([201, 202, 206, 207, 400, 401, 403, 404, 409, 410, 413, 418, 422, 429, 500, 502, 503].map(
        (status): [string, ResponseSpec] => [`status ${status}`, { status, headers: [['content-type', 'application/json']], chunks: [`{"status":${status}}`] }],
      )),
      'status 204': { status: 204 },
      'status 205': { status: 205, headers: [['content-length', '0']] },
      'status 304': { status: 304, headers: [['etag', 'W/"abc"'], ['cache-control', 'no-cache']] },
      'a redirect': { status: 302, headers: [['location', 'https://example.com/a?b=c%20d#e'], ['content-length', '0']] },
      'a redirect with a body': { status: 301, headers: [['location', '/x'], ...text('Moved')], chunks: ['Moved'] },
      'a redirect of a POST': { status: 303, headers: [['location', '/x']] },
      'a redirect that keeps the method': { status: 307, headers: [['location', '/x']] },
      'one cookie': { headers: [['set-cookie', 'refreshToken=a.b.c; Path=/; HttpOnly; Secure; SameSite=Strict; Expires=Sat, 21 Nov 2026 10:00:00 GMT']] },
      'many cookies': { headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2; Path=/'], ['set-cookie', 'a=3']] },
      'repeated headers': { headers: [['link', '</a>; rel=preload'], ['link', '</b>; rel=preload']] },
      'many headers': { headers: Array.from({ length: 60 }, (_, i) => [`x-header-${i}`, `value ${i}`] as const) },
      'a long header': { headers: [['content-security-policy', 'x'.repeat(7 * 1024)]] },
      'a file name': { headers: [['content-disposition', 'attachment; filename="a.pdf"; filename*=UTF-8\'\'%C3%BC.pdf']], chunks: [3] },
      'gzip': encoded('gzip', gzipSync(pattern(50_000))),
      'brotli': encoded('br', brotliCompressSync(Buffer.from('hello '.repeat(1000)))),
      'all bytes': { bytes: pattern(256).toString('base64') },
      'eight NULs in the body': { bytes: Buffer.alloc(64).toString('base64') },
      'JSON and NULs in the body': { bytes: Buffer.from('{"statusCode":500}\0\0\0\0\0\0\0\0x').toString('base64') },
      'many small chunks': { chunks: Array.from({ length: 500 }, (_, i) => `chunk ${i}\n`) },
      'chunks with pauses': { chunks: ['a', 'b', 'c', 'd'], pauseMs: 20 },
      'an event stream': {
        headers: [['content-type', 'text/event-stream'], ['content-encoding', 'identity'], ['cache-control', 'no-cache, no-transform']],
        chunks: Array.from({ length: 20 }, (_, i) => `event: message\ndata: {"i":${i},"text":"ü😀"}\n\n`),
      },
      '1 byte': { chunks: [1] },
      '16 KB': { chunks: [16 * 1024] },
      '64 KB and 1 byte': { chunks: [64 * 1024, 1] },
      '1 MB': { chunks: [MB] },
      '6 MB and 1 byte': { chunks: [6 * MB + 1] },
      '20 MB in pieces': { chunks: Array.from({ length: 320 }, () => 64 * 1024) },
      '50 MB': { headers: [['content-length', String(50 * MB)]], chunks: [50 * MB] },
    };

    function compare(through: GatewayResponse, straight: PlainAnswer, bodiless: boolean) {
      expect(through.end).toEqual({});
      expect(through.statusCode).toBe(straight.statusCode);
      const expected = sorted(pairs(straight.rawHeaders));
      // What has no body says so.
      if (bodiless && !expected.some(([name]) => name === 'content-length')) expected.push(['content-length', '0']);
      expect(headersOf(through)).toEqual(sorted(expected));
      // `toEqual` would print megabytes.
      expect(through.body.length).toBe(straight.body.length);
      expect(through.body.equals(straight.body)).toBe(true);
    }

    const request = (spec: ResponseSpec, method = 'GET'): ClientRequest => ({
      method, target: `/api/respond?${new URLSearchParams({ spec: specQuery(spec).spec[0] }).toString()}`,
    });

    test.each(Object.entries(cases))('%s', async (_, spec) => {
      const through = await relay.send(eventOf(request(spec)));
      compare(through, await direct.send(request(spec)), [204, 304].includes(spec.status ?? 200));
    });

    test.each(['with its length', 'without its length', 'status 404', 'a redirect', 'gzip', '1 MB', '50 MB'])('HEAD: %s', async (name) => {
      const head = request(cases[name], 'HEAD');
      compare(await relay.send(eventOf(head)), await direct.send(head), true);
    });
  });
});
