import { text } from 'node:stream/consumers';
import { Script } from 'node:vm';
import { behavior, origin, request, Site } from './site';
import { bodyOf, headerValue, headerValues, textResponse } from '../../../../emulator/core/http';
import { EdgeFunction } from '../../../../emulator/services/cloudfront/edge-function';

let site: Site;
beforeEach(() => { site = new Site(); });
afterEach(() => site.cloud.dispose());

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
describe('CloudFront Functions', () => {
  const withFunction = (code: string, on: 'onRequest' | 'onResponse' = 'onRequest') => site.distribution([behavior('*', { [on]: new EdgeFunction('f', code) })]);

  test('change path, query, headers and cookies of a request', async () => {
    const front = withFunction(`function handler(event) {
      var r = event.request;
      r.uri = '/other' + r.uri + event.viewer.ip;
      r.querystring.c = { value: r.querystring.a.value + r.querystring.b.multiValue.length };
      delete r.headers['x-drop'];
      r.headers['x-added'] = { value: r.method + r.cookies.session.value };
      return r;
    }`);
    await front.handle(request('/x', { query: 'a=1&b=2&b=3', headers: [['X-Drop', '1'], ['Cookie', 'session=s'], ['X-Kept', 'k']] }));
    expect(site.asked[0]).toMatchObject({ path: '/other/x192.0.2.1', query: 'a=1&b=2&b=3&c=12' });
    expect(headerValue(site.asked[0].headers, 'x-drop')).toBeUndefined();
    expect(headerValue(site.asked[0].headers, 'x-added')).toBe('GETs');
    expect(headerValue(site.asked[0].headers, 'x-kept')).toBe('k');
    expect(headerValue(site.asked[0].headers, 'cookie')).toBe('session=s');
  });

  test('a path that they change does not choose another behaviour', async () => {
    const other = origin({ domainName: 'other.example.com' });
    const code = 'function handler(event) { event.request.uri = "/api/x"; return event.request; }';
    const front = site.distribution([behavior('/api/*'), behavior('*', { origin: other, onRequest: new EdgeFunction('f', code) })]);
    expect(await text((await front.handle(request('/'))).body)).toBe('other /api/x');
  });

  test('may generate the response', async () => {
    const front = withFunction('function handler() { return { statusCode: 302, headers: { location: { value: "/login" } } }; }');
    const response = await front.handle(request('/'));
    expect(response.status).toBe(302);
    expect(headerValue(response.headers, 'location')).toBe('/login');
    expect(site.asked).toHaveLength(0);
  });

  test('may be asynchronous, as version 2.0 allows', async () => {
    await withFunction('async function handler(event) { await null; event.request.uri = "/later"; return event.request; }').handle(request('/'));
    expect(site.asked[0].path).toBe('/later');
  });

  test('add headers to a response, and keep its cookies apart', async () => {
    site.dns.set('api.example.com', async () => ({
      status: 200, headers: [['Set-Cookie', 'a=1; Path=/; HttpOnly'], ['Set-Cookie', 'b=2']], body: bodyOf(Buffer.alloc(0)),
    }));
    const front = withFunction('function handler(event) { event.response.headers["x-robots-tag"] = { value: "noindex" }; return event.response; }', 'onResponse');
    const { headers } = await front.handle(request('/'));
    expect(headerValue(headers, 'x-robots-tag')).toBe('noindex');
    expect(headerValues(headers, 'set-cookie')).toEqual(['a=1; Path=/; HttpOnly', 'b=2']);
  });

  // "CloudFront does not invoke edge functions for viewer response events when the origin returns HTTP status code 400 or higher":
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html
  test('do not see errors of the origin', async () => {
    site.dns.set('api.example.com', async () => textResponse(404, 'text/plain', 'none'));
    const front = withFunction('function handler(event) { event.response.headers.seen = { value: "1" }; return event.response; }', 'onResponse');
    const { status, headers } = await front.handle(request('/'));
    expect(status).toBe(404);
    expect(headerValue(headers, 'seen')).toBeUndefined();
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions, "Maximum compute utilization"
  test('CloudFront (quotas): may wait for the machine, but not compute for long', async () => {
    const wait = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);';
    const waiting = withFunction(`function handler(event) { if (event.request) { ${wait} } return event.request; }`);
    expect((await waiting.handle(request('/'))).status).toBe(200);
    // A number of iterations, since a busy machine may execute few of them in a given time.
    const compute = 'for (var i = 0; i < 1e9; i++);';
    const computing = withFunction(`function handler(event) { if (event.request) { ${compute} } return event.request; }`);
    expect((await computing.handle(request('/'))).status).toBe(503);
  });

  test('CloudFront: are compiled, and have run once, before the first request', async () => {
    const ran = jest.spyOn(Script.prototype, 'runInContext');
    const front = withFunction('function handler(event) { return event.request; }');
    expect(ran).toHaveBeenCalledTimes(1);
    await front.handle(request('/'));
    expect(ran).toHaveBeenCalledTimes(2);
    ran.mockRestore();
    expect(() => withFunction('function handler( {')).toThrow('Unexpected token');
  });

  test.each(['function handler() { throw new Error("no"); }', 'function handler() { while (true); }', 'function handler() { return null; }',
    'function handler() { return process.env; }', 'function handler() { return require("fs"); }'])('fail with 503: %s', async (code) => {
    expect((await withFunction(code).handle(request('/'))).status).toBe(503);
    expect(site.asked).toHaveLength(0);
  });
});
