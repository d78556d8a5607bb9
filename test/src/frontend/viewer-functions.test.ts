import { createContext, Script } from 'node:vm';
import { ADD_NOINDEX, ROUTE_TO_INDEX } from '../../../src/frontend/viewer-functions';

/** Runs a CloudFront Function as CloudFront does: a script whose `handler` is called, without the globals of Node.js. */
function run(code: string, event: object): any {
  return new Script(`${code}\nhandler(event)`).runInContext(createContext({ event }));
}

function uriFor(uri: string): string {
  return run(ROUTE_TO_INDEX, { request: { method: 'GET', uri, querystring: {}, headers: {}, cookies: {} } }).uri;
}

test.each([
  '/', '/index.html', '/c/new', '/c/4b0d2c1e-7a52-4f0a-9a51-3f5f2f0c9f11', '/login', '/login/2fa', '/register', '/forgot-password',
  '/reset-password', '/verify', '/share/AbC-123_x', '/search', '/prompts', '/prompts/new', '/skills/1', '/projects/1', '/agents',
  '/agents/finance', '/d/prompts/5', '/oauth/success', '/c/v1.5', '/share/some.name', '/c/json', '/api', '/assets/',
])('%s is a route within the page', (uri) => {
  expect(uriFor(uri)).toBe('/index.html');
});

test.each([
  'js', 'mjs', 'css', 'map', 'json', 'wasm', 'webmanifest', 'png', 'jpg', 'jpeg', 'gif', 'svg', 'ico', 'webp', 'avif', 'woff', 'woff2',
  'ttf', 'otf', 'eot', 'txt',
])('a path that ends in .%s is a file, and may be missing', (extension) => {
  expect(uriFor(`/assets/missing.1a2b3c.${extension}`)).toBe(`/assets/missing.1a2b3c.${extension}`);
  expect(uriFor(`/assets/MISSING.${extension.toUpperCase()}`)).toBe(`/assets/MISSING.${extension.toUpperCase()}`);
});

test('the rest of a request is not changed', () => {
  const request = { method: 'GET', uri: '/search', querystring: { q: { value: 'x' } }, headers: { host: { value: 'h' } }, cookies: {} };
  expect(run(ROUTE_TO_INDEX, { request: { ...request } })).toEqual({ ...request, uri: '/index.html' });
});

test('search engines are kept out, and other headers stay', () => {
  const response = { statusCode: 200, headers: { 'content-type': { value: 'text/html' } } };
  expect(run(ADD_NOINDEX, { request: {}, response })).toEqual({
    statusCode: 200,
    headers: { 'content-type': { value: 'text/html' }, 'x-robots-tag': { value: 'noindex' } },
  });
});

test('both are far smaller than CloudFront\'s limit of 10 KB', () => {
  expect(Math.max(ROUTE_TO_INDEX.length, ADD_NOINDEX.length)).toBeLessThan(2_000);
});
