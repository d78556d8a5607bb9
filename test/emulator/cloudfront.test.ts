import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bucket } from '../../emulator/aws/s3-store';
import { Cloud } from '../../emulator/cloud';
import { Distribution, type Behavior, type DistributionConfig } from '../../emulator/cloudfront/distribution';
import { EdgeFunction } from '../../emulator/cloudfront/edge-function';
import { MANAGED_CACHE_POLICIES, MANAGED_ORIGIN_REQUEST_POLICIES, type Forwarding } from '../../emulator/cloudfront/forwarding';
import type { OriginConfig } from '../../emulator/cloudfront/origin';
import { matchesPathPattern } from '../../emulator/cloudfront/path-pattern';
import { MANAGED_RESPONSE_HEADERS_POLICIES } from '../../emulator/cloudfront/response-headers-policy';
import { s3Origin } from '../../emulator/cloudfront/s3-origin';
import { EventStream } from '../../emulator/events';
import { bodyOf, headerValue, headerValues, readWhole, text, type HttpRequest, type HttpResponse } from '../../emulator/http';

const DISABLED = MANAGED_CACHE_POLICIES['4135ea2d-6df8-44a3-9df3-4b5a84be39ad'];
const ALL_BUT_HOST = MANAGED_ORIGIN_REQUEST_POLICIES['b689b0a8-53d0-40ab-baf2-68738e2966ac'];
const SECURITY_HEADERS = MANAGED_RESPONSE_HEADERS_POLICIES['67f7725c-6f97-4210-82d7-5512b31e9d03'];
const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'];

let cloud: Cloud;
let asked: HttpRequest[];

beforeEach(() => {
  // A second of the platform lasts 10 ms.
  cloud = new Cloud(new EventStream(), 100);
  asked = [];
  cloud.hosts.set('api.example.com', async (request) => {
    asked.push(request);
    return text(200, 'text/plain', `api ${request.path}`);
  });
  cloud.hosts.set('other.example.com', async (request) => text(200, 'text/plain', `other ${request.path}`));
});

afterEach(() => cloud.dispose());

const origin = (more: Partial<OriginConfig> = {}): OriginConfig => ({
  id: 'api', domainName: 'api.example.com', path: '', customHeaders: [], connectionAttempts: 1, readTimeout: 30, kind: 'custom', signed: false, ...more,
});

const behavior = (pathPattern: string, more: Partial<Behavior> = {}): Behavior => ({
  pathPattern, allowedMethods: ALL_METHODS, viewerProtocolPolicy: 'https-only', origin: origin(), policies: [DISABLED, ALL_BUT_HOST], ...more,
});

const distribution = (behaviors: Behavior[], more: Partial<DistributionConfig> = {}) => new Distribution(cloud, {
  id: 'E1', arn: 'arn:aws:cloudfront::123456789012:distribution/E1', domainName: 'd1.cloudfront.net', defaultRootObject: '', errorPages: [], behaviors, ...more,
});

const request = (path: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  protocol: 'https', method: 'GET', path, query: '', headers: [['Host', 'd1.cloudfront.net'], ['User-Agent', 'Firefox']], sourceIp: '192.0.2.1', body: bodyOf(Buffer.alloc(0)), ...more,
});

const bodyText = async ({ body }: HttpResponse) => String(await readWhole(body));

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
describe('path patterns', () => {
  test.each([
    ['/api/*', '/api/x/y', true],
    ['/api/*', '/api', false],
    ['api/*', '/api/x', true],
    ['*.js', '/a/b.js', true],
    ['/a?c', '/abc', true],
    ['/a?c', '/ac', false],
    ['/API/*', '/api/x', false],
    ['/a.c', '/abc', false],
    ['*', '/', true],
  ])('%s and %s: %p', (pattern, path, expected) => expect(matchesPathPattern(pattern, path)).toBe(expected));
});

describe('behaviours', () => {
  // "CloudFront applies the first cache behavior that matches": https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
  test('are tried in order, the default one last', async () => {
    const other = origin({ domainName: 'other.example.com' });
    const site = distribution([behavior('/oauth/success', { origin: other }), behavior('/oauth/*'), behavior('*', { origin: other })]);
    expect(await bodyText(await site.handle(request('/oauth/success')))).toBe('other /oauth/success');
    expect(await bodyText(await site.handle(request('/oauth/error')))).toBe('api /oauth/error');
    expect(await bodyText(await site.handle(request('/')))).toBe('other /');
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesAllowedHTTPMethods
  test('refuse other methods with 403', async () => {
    const site = distribution([behavior('*', { allowedMethods: ['GET', 'HEAD'] })]);
    expect((await site.handle(request('/', { method: 'POST' }))).status).toBe(403);
    expect((await site.handle(request('/'))).status).toBe(200);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html
  test.each([['https-only', 403], ['redirect-to-https', 301], ['allow-all', 200]] as const)('over plain HTTP with %s: %d', async (viewerProtocolPolicy, status) => {
    const site = distribution([behavior('*', { viewerProtocolPolicy })]);
    const response = await site.handle(request('/x', { protocol: 'http', query: 'a=1' }));
    expect(response.status).toBe(status);
    expect(headerValue(response.headers, 'location')).toBe(status === 301 ? 'https://d1.cloudfront.net/x?a=1' : undefined);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html
  test('the default root object stands for /, and for nothing else', async () => {
    const site = distribution([behavior('*')], { defaultRootObject: 'index.html' });
    expect(await bodyText(await site.handle(request('/')))).toBe('api /index.html');
    expect(await bodyText(await site.handle(request('/folder/')))).toBe('api /folder/');
  });
});

describe('what goes to the origin', () => {
  const headers: HttpRequest['headers'] = [
    ['Host', 'd1.cloudfront.net'], ['User-Agent', 'Firefox'], ['Authorization', 'Bearer t'], ['Cookie', 'a=1; b=2'], ['X-Custom', 'x'],
    ['X-Api-Key', 'guessed'], ['X-Forwarded-For', '203.0.113.9'], ['X-Forwarded-Proto', 'gopher'], ['Connection', 'x-hop'], ['X-Hop', '1'],
  ];
  const forward = async (policies: Forwarding[], more: Partial<OriginConfig> = {}) => {
    await distribution([behavior('*', { policies, origin: origin(more) })]).handle(request('/x', { headers, query: 'a=1&b=2' }));
    const [{ path, query, headers: sent, sourceIp }] = asked;
    return { path, query, sourceIp, header: (name: string) => headerValues(sent, name) };
  };

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
  test('AllViewerExceptHostHeader: all but Host', async () => {
    const { query, header } = await forward([DISABLED, ALL_BUT_HOST]);
    expect(query).toBe('a=1&b=2');
    expect(header('host')).toEqual(['api.example.com']);
    expect(header('authorization')).toEqual(['Bearer t']);
    expect(header('cookie')).toEqual(['a=1; b=2']);
    expect(header('user-agent')).toEqual(['Firefox']);
    expect(header('x-custom')).toEqual(['x']);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html
  test('no origin request policy: next to nothing', async () => {
    const { query, header } = await forward([DISABLED]);
    expect(query).toBe('');
    expect(header('authorization')).toEqual([]);
    expect(header('cookie')).toEqual([]);
    expect(header('user-agent')).toEqual(['Amazon CloudFront']);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/origin-request-create-origin-request-policy.html
  test('a policy of one\'s own: what it lists', async () => {
    const { query, header } = await forward([{ headers: { only: ['X-Custom'] }, cookies: { except: ['a'] }, queryStrings: { only: ['b'] } }]);
    expect(query).toBe('b=2');
    expect(header('x-custom')).toEqual(['x']);
    expect(header('cookie')).toEqual(['b=2']);
    expect(header('authorization')).toEqual([]);
  });

  const LISTS = { headers: 'none', cookies: 'none', queryStrings: 'none' } as const;
  test.each<[string, Forwarding[], { cookie: string[]; query: string }]>([
    ['all', [{ ...LISTS, cookies: 'all', queryStrings: 'all' }], { cookie: ['a=1; b=2'], query: 'a=1&b=2' }],
    ['some', [{ ...LISTS, cookies: { only: ['b'] }, queryStrings: { only: ['a'] } }], { cookie: ['b=2'], query: 'a=1' }],
    ['all but some', [{ ...LISTS, cookies: { except: ['b'] }, queryStrings: { except: ['a'] } }], { cookie: ['a=1'], query: 'b=2' }],
    ['what either policy selects',
      [{ ...LISTS, cookies: { only: ['a'] } }, { ...LISTS, cookies: { only: ['b'] }, queryStrings: 'all' }], { cookie: ['a=1; b=2'], query: 'a=1&b=2' }],
  ])('cookies and query: %s', async (_, policies, { cookie, query }) => {
    const sent = await forward(policies);
    expect(sent.header('cookie')).toEqual(cookie);
    expect(sent.query).toBe(query);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#request-custom-headers-behavior
  test('the viewer\'s address is appended, hop-by-hop headers and X-Forwarded-Proto are not passed on', async () => {
    const { header, sourceIp } = await forward([DISABLED, ALL_BUT_HOST]);
    expect(header('x-forwarded-for')).toEqual(['203.0.113.9, 192.0.2.1']);
    expect(header('x-forwarded-proto')).toEqual([]);
    expect(header('x-hop')).toEqual([]);
    expect(sourceIp).not.toBe('192.0.2.1');
  });

  // "CloudFront replaces the viewer's header": https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html
  test('origin path and custom headers, which replace a viewer\'s', async () => {
    const { path, header } = await forward([DISABLED, ALL_BUT_HOST], { path: '/prod', customHeaders: [['x-api-key', 'real']] });
    expect(path).toBe('/prod/x');
    expect(header('x-api-key')).toEqual(['real']);
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html, "Origin response timeout": 30 s here are 300 ms.
describe('the origin read timeout', () => {
  const never = () => new Promise<HttpResponse>(() => undefined);

  test.each([['GET', 3, 3], ['HEAD', 2, 2], ['GET', 1, 1], ['POST', 3, 1]])('%s with %d attempts asks %d times, then 504', async (method, connectionAttempts, times) => {
    let count = 0;
    cloud.hosts.set('api.example.com', () => {
      count++;
      return never();
    });
    const site = distribution([behavior('*', { origin: origin({ connectionAttempts, readTimeout: 5 }) })]);
    expect((await site.handle(request('/', { method }))).status).toBe(504);
    expect(count).toBe(times);
  });

  test('bounds each gap, not the whole', async () => {
    cloud.hosts.set('api.example.com', async () => ({
      status: 200,
      headers: [],
      body: Readable.from((async function* () {
        for (let i = 0; i < 5; i++) {
          yield Buffer.from('x');
          await sleep(200);
        }
        await new Promise(() => undefined);
      })()),
    }));
    const { body } = await distribution([behavior('*', { origin: origin({ readTimeout: 60 }) })]).handle(request('/'));
    let came = '';
    await expect((async () => {
      for await (const chunk of body) came += chunk;
    })()).rejects.toThrow(/nothing came in/);
    expect(came).toBe('xxxxx');
  });

  test('an origin that the played DNS does not know: 502', async () => {
    expect((await distribution([behavior('*', { origin: origin({ domainName: 'none.example.com' }) })]).handle(request('/'))).status).toBe(502);
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
describe('CloudFront Functions', () => {
  const withFunction = (code: string, on: 'onRequest' | 'onResponse' = 'onRequest') => distribution([behavior('*', { [on]: new EdgeFunction('f', code) })]);

  test('change path, query, headers and cookies of a request', async () => {
    const site = withFunction(`function handler(event) {
      var r = event.request;
      r.uri = '/other' + r.uri + event.viewer.ip;
      r.querystring.c = { value: r.querystring.a.value + r.querystring.b.multiValue.length };
      delete r.headers['x-drop'];
      r.headers['x-added'] = { value: r.method + r.cookies.session.value };
      return r;
    }`);
    await site.handle(request('/x', { query: 'a=1&b=2&b=3', headers: [['X-Drop', '1'], ['Cookie', 'session=s'], ['X-Kept', 'k']] }));
    expect(asked[0]).toMatchObject({ path: '/other/x192.0.2.1', query: 'a=1&b=2&b=3&c=12' });
    expect(headerValue(asked[0].headers, 'x-drop')).toBeUndefined();
    expect(headerValue(asked[0].headers, 'x-added')).toBe('GETs');
    expect(headerValue(asked[0].headers, 'x-kept')).toBe('k');
    expect(headerValue(asked[0].headers, 'cookie')).toBe('session=s');
  });

  test('a path that they change does not choose another behaviour', async () => {
    const other = origin({ domainName: 'other.example.com' });
    const code = 'function handler(event) { event.request.uri = "/api/x"; return event.request; }';
    const site = distribution([behavior('/api/*'), behavior('*', { origin: other, onRequest: new EdgeFunction('f', code) })]);
    expect(await bodyText(await site.handle(request('/')))).toBe('other /api/x');
  });

  test('may answer themselves', async () => {
    const site = withFunction('function handler() { return { statusCode: 302, headers: { location: { value: "/login" } } }; }');
    const response = await site.handle(request('/'));
    expect(response.status).toBe(302);
    expect(headerValue(response.headers, 'location')).toBe('/login');
    expect(asked).toHaveLength(0);
  });

  test('may be asynchronous, as version 2.0 allows', async () => {
    await withFunction('async function handler(event) { await null; event.request.uri = "/later"; return event.request; }').handle(request('/'));
    expect(asked[0].path).toBe('/later');
  });

  test('add headers to a response, and keep its cookies apart', async () => {
    cloud.hosts.set('api.example.com', async () => ({
      status: 200, headers: [['Set-Cookie', 'a=1; Path=/; HttpOnly'], ['Set-Cookie', 'b=2']], body: bodyOf(Buffer.alloc(0)),
    }));
    const site = withFunction('function handler(event) { event.response.headers["x-robots-tag"] = { value: "noindex" }; return event.response; }', 'onResponse');
    const { headers } = await site.handle(request('/'));
    expect(headerValue(headers, 'x-robots-tag')).toBe('noindex');
    expect(headerValues(headers, 'set-cookie')).toEqual(['a=1; Path=/; HttpOnly', 'b=2']);
  });

  // "CloudFront does not invoke edge functions for viewer response events when the origin returns HTTP status code 400 or higher":
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html
  test('do not see errors of the origin', async () => {
    cloud.hosts.set('api.example.com', async () => text(404, 'text/plain', 'none'));
    const site = withFunction('function handler(event) { event.response.headers.seen = { value: "1" }; return event.response; }', 'onResponse');
    const { status, headers } = await site.handle(request('/'));
    expect(status).toBe(404);
    expect(headerValue(headers, 'seen')).toBeUndefined();
  });

  test.each(['function handler() { throw new Error("no"); }', 'function handler() { while (true); }', 'function handler() { return null; }',
    'function handler() { return process.env; }', 'function handler() { return require("fs"); }'])('fail with 503: %s', async (code) => {
    expect((await withFunction(code).handle(request('/'))).status).toBe(503);
    expect(asked).toHaveLength(0);
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
describe('an error page', () => {
  const answered = async (status: number, more: object) => {
    cloud.hosts.set('api.example.com', async () => text(status, 'application/json', '{"error":"the API\'s own"}'));
    const other = origin({ domainName: 'other.example.com' });
    const errorPages = [{ status: 403, ...more }];
    return distribution([behavior('/api/*'), behavior('*', { origin: other })], { errorPages }).handle(request('/api/x'));
  };

  test('takes the place of the API\'s own answer of that status', async () => {
    const response = await answered(403, { path: '/index.html', responseStatus: 200 });
    expect(response.status).toBe(200);
    expect(await bodyText(response)).toBe('other /index.html');
  });

  test.each([[404, { path: '/index.html', responseStatus: 200 }], [403, {}]])('leaves %d alone where it says %j', async (status, page) => {
    const response = await answered(status, page);
    expect(response.status).toBe(status);
    expect(await bodyText(response)).toContain('the API\'s own');
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
describe('response headers policies', () => {
  test('SecurityHeadersPolicy adds, and overrides nosniff only', async () => {
    cloud.hosts.set('api.example.com', async () => ({
      status: 200, headers: [['x-frame-options', 'DENY'], ['X-Content-Type-Options', 'other']], body: bodyOf(Buffer.alloc(0)),
    }));
    const { headers } = await distribution([behavior('*', { responseHeaders: SECURITY_HEADERS })]).handle(request('/'));
    expect(headerValues(headers, 'x-frame-options')).toEqual(['DENY']);
    expect(headerValues(headers, 'x-content-type-options')).toEqual(['nosniff']);
    expect(headerValue(headers, 'strict-transport-security')).toBe('max-age=31536000');
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
describe('a bucket as origin', () => {
  const page = { Effect: 'Allow' as const, Principal: { Service: 'cloudfront.amazonaws.com' }, Action: 's3:GetObject', Resource: 'arn:aws:s3:::page/*' };
  const condition = { StringEquals: { 'AWS:SourceArn': 'arn:aws:cloudfront::123456789012:distribution/E1' } };
  let bucket: Bucket;

  beforeEach(() => {
    bucket = new Bucket('page');
    bucket.put('index.html', Buffer.from('page'), { 'content-type': 'text/html' });
    bucket.policy = [{ ...page, Condition: condition }];
    cloud.buckets.set('page', bucket);
    cloud.hosts.set('page.s3.us-east-1.amazonaws.com', s3Origin(cloud, 'page'));
  });

  const site = (signed = true) => distribution([behavior('*', {
    origin: origin({ kind: 's3', domainName: 'page.s3.us-east-1.amazonaws.com', signed }), policies: [DISABLED],
  })]);
  const status = async (path: string, signed = true) => (await site(signed).handle(request(path))).status;

  test('is read with origin access control, as far as its policy allows', async () => {
    const response = await site().handle(request('/index.html'));
    expect(await bodyText(response)).toBe('page');
    expect(headerValue(response.headers, 'content-type')).toBe('text/html');
    expect(headerValue(response.headers, 'x-amz-request-id')).toBeUndefined();
  });

  test('is closed without origin access control, without a policy, and to other distributions', async () => {
    expect(await status('/index.html', false)).toBe(403);
    bucket.policy = [{ ...page, Condition: { StringEquals: { 'AWS:SourceArn': 'arn:aws:cloudfront::123456789012:distribution/OTHER' } } }];
    expect(await status('/index.html')).toBe(403);
    bucket.policy = [];
    expect(await status('/index.html')).toBe(403);
  });

  test('says 403 of what is missing, and 404 where it may be listed', async () => {
    expect(await status('/none')).toBe(403);
    bucket.policy.push({ ...page, Action: 's3:ListBucket', Resource: 'arn:aws:s3:::page', Condition: condition });
    expect(await status('/none')).toBe(404);
  });

  test('answers 304 to who has it already', async () => {
    const etag = headerValue((await site().handle(request('/index.html'))).headers, 'etag')!;
    const again = await site().handle(request('/index.html', { headers: [['If-None-Match', etag]] }));
    expect(again.status).toBe(304);
  });
});
