import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { behavior, origin, request, Site } from './site';
import { bodyOf, headerValue, headerValues, textResponse, type HttpResponse } from '../../../../emulator/core/http';
import { matchesPathPattern } from '../../../../emulator/services/cloudfront/path-pattern';
import { MANAGED_RESPONSE_HEADERS_POLICIES } from '../../../../emulator/services/cloudfront/response-headers-policy';

const SECURITY_HEADERS = MANAGED_RESPONSE_HEADERS_POLICIES['67f7725c-6f97-4210-82d7-5512b31e9d03'];

let site: Site;
beforeEach(() => { site = new Site(); });
afterEach(() => site.cloud.dispose());

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
    const front = site.distribution([behavior('/oauth/success', { origin: other }), behavior('/oauth/*'), behavior('*', { origin: other })]);
    expect(await text((await front.handle(request('/oauth/success'))).body)).toBe('other /oauth/success');
    expect(await text((await front.handle(request('/oauth/error'))).body)).toBe('api /oauth/error');
    expect(await text((await front.handle(request('/'))).body)).toBe('other /');
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesAllowedHTTPMethods
  test('refuse other methods with 403', async () => {
    const front = site.distribution([behavior('*', { allowedMethods: ['GET', 'HEAD'] })]);
    expect((await front.handle(request('/', { method: 'POST' }))).status).toBe(403);
    expect((await front.handle(request('/'))).status).toBe(200);
  });

  // "Maximum length of a URL": https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
  test.each([[8_192, 200], [8_193, 413]])('CloudFront (documented): a URL of %d bytes: %d', async (length, status) => {
    const front = site.distribution([behavior('*')]);
    const query = `q=${'a'.repeat(length - 'https://d1.cloudfront.net/x?q='.length)}`;
    expect((await front.handle(request('/x', { query }))).status).toBe(status);
    expect(site.asked).toHaveLength(status === 200 ? 1 : 0);
  });

  // "GET requests that include a body": https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
  test.each<[what: string, method: string, header: [string, string], status: number]>([
    ['a GET with a body', 'GET', ['Content-Length', '2'], 403],
    ['a chunked GET', 'GET', ['Transfer-Encoding', 'chunked'], 403],
    ['a GET with an empty body', 'GET', ['Content-Length', '0'], 200],
    ['a DELETE with a body', 'DELETE', ['Content-Length', '2'], 200],
  ])('CloudFront (documented): %s', async (_what, method, header, status) => {
    const front = site.distribution([behavior('*')]);
    expect((await front.handle(request('/x', { method, headers: [['Host', 'd1.cloudfront.net'], header] }))).status).toBe(status);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html
  test.each([['https-only', 403], ['redirect-to-https', 301], ['allow-all', 200]] as const)('over plain HTTP with %s: %d', async (viewerProtocolPolicy, status) => {
    const front = site.distribution([behavior('*', { viewerProtocolPolicy })]);
    const response = await front.handle(request('/x', { protocol: 'http', query: 'a=1' }));
    expect(response.status).toBe(status);
    expect(headerValue(response.headers, 'location')).toBe(status === 301 ? 'https://d1.cloudfront.net/x?a=1' : undefined);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html
  test('the default root object is returned for / only', async () => {
    const front = site.distribution([behavior('*')], { defaultRootObject: 'index.html' });
    expect(await text((await front.handle(request('/'))).body)).toBe('api /index.html');
    expect(await text((await front.handle(request('/folder/'))).body)).toBe('api /folder/');
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html, "Origin response timeout": 30 s here are 300 ms.
describe('the origin read timeout', () => {
  const never = () => new Promise<HttpResponse>(() => undefined);

  test.each([['GET', 3, 3], ['HEAD', 2, 2], ['GET', 1, 1], ['POST', 3, 1]])('%s with %d attempts is sent %d times, then 504', async (method, connectionAttempts, times) => {
    let count = 0;
    site.dns.set('api.example.com', () => {
      count++;
      return never();
    });
    const front = site.distribution([behavior('*', { origin: origin({ connectionAttempts, readTimeout: 5 }) })]);
    expect((await front.handle(request('/', { method }))).status).toBe(504);
    expect(count).toBe(times);
  });

  test('limits each pause, not the total time', async () => {
    site.dns.set('api.example.com', async () => ({
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
    const { body } = await site.distribution([behavior('*', { origin: origin({ readTimeout: 60 }) })]).handle(request('/'));
    let came = '';
    await expect((async () => {
      for await (const chunk of body) came += chunk;
    })()).rejects.toThrow(/no result within/);
    expect(came).toBe('xxxxx');
  });

  test('an origin without a DNS entry: 502', async () => {
    expect((await site.distribution([behavior('*', { origin: origin({ domainName: 'none.example.com' }) })]).handle(request('/'))).status).toBe(502);
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
describe('an error page', () => {
  const responseTo = async (status: number, more: object) => {
    site.dns.set('api.example.com', async () => textResponse(status, 'application/json', '{"error":"the API\'s own"}'));
    const other = origin({ domainName: 'other.example.com' });
    const errorPages = [{ status: 403, ...more }];
    return site.distribution([behavior('/api/*'), behavior('*', { origin: other })], { errorPages }).handle(request('/api/x'));
  };

  test('replaces the API\'s own response of that status', async () => {
    const response = await responseTo(403, { path: '/index.html', responseStatus: 200 });
    expect(response.status).toBe(200);
    expect(await text(response.body)).toBe('other /index.html');
  });

  test.each([[404, { path: '/index.html', responseStatus: 200 }], [403, {}]])('does not change %d with %j', async (status, page) => {
    const response = await responseTo(status, page);
    expect(response.status).toBe(status);
    expect(await text(response.body)).toContain('the API\'s own');
  });
});

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
describe('response headers policies', () => {
  test('SecurityHeadersPolicy adds, and overrides nosniff only', async () => {
    site.dns.set('api.example.com', async () => ({
      status: 200, headers: [['x-frame-options', 'DENY'], ['X-Content-Type-Options', 'other']], body: bodyOf(Buffer.alloc(0)),
    }));
    const { headers } = await site.distribution([behavior('*', { responseHeaders: SECURITY_HEADERS })]).handle(request('/'));
    expect(headerValues(headers, 'x-frame-options')).toEqual(['DENY']);
    expect(headerValues(headers, 'x-content-type-options')).toEqual(['nosniff']);
    expect(headerValue(headers, 'strict-transport-security')).toBe('max-age=31536000');
  });
});
