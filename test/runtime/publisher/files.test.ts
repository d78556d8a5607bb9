import { cacheControlOf, contentTypeOf, goesLast, isPublished } from '../../../runtime/publisher/files';

const NEVER = 'no-cache, no-store, must-revalidate';
const FOR_EVER = 'public, max-age=31536000, immutable';
const A_DAY = 'public, max-age=86400';

test.each([
  ['index.html', NEVER, 'text/html; charset=utf-8'],
  ['sw.js', NEVER, 'text/javascript; charset=utf-8'],
  ['sw-heal.js', NEVER, 'text/javascript; charset=utf-8'],
  ['registerSW.js', NEVER, 'text/javascript; charset=utf-8'],
  ['manifest.webmanifest', NEVER, 'application/manifest+json; charset=utf-8'],
  ['workbox-58bd4dca.js', A_DAY, 'text/javascript; charset=utf-8'],
  ['robots.txt', A_DAY, 'text/plain; charset=utf-8'],
  ['assets/index.BkD9f-3_.js', FOR_EVER, 'text/javascript; charset=utf-8'],
  ['assets/vendor.abcdEF12.css', FOR_EVER, 'text/css; charset=utf-8'],
  ['assets/fonts/Inter-Regular.woff2', A_DAY, 'font/woff2'],
  ['assets/logo.svg', A_DAY, 'image/svg+xml; charset=utf-8'],
  ['assets/favicon-32x32.png', A_DAY, 'image/png'],
  ['assets/jquery.min.js', A_DAY, 'text/javascript; charset=utf-8'],
  ['assets/silero.onnx', A_DAY, 'application/octet-stream'],
  ['assets/engine.wasm', A_DAY, 'application/wasm'],
])('%s: %s, %s', (key, cacheControl, contentType) => {
  expect([cacheControlOf(key), contentTypeOf(key)]).toEqual([cacheControl, contentType]);
});

test.each(['index.html', 'sw.js', 'sw-heal.js', 'registerSW.js'])('%s is uploaded last', (key) => expect(goesLast(key)).toBe(true));

test.each(['assets/index.BkD9f-3_.js', 'robots.txt', 'assets/index.html'])('%s is uploaded first', (key) => expect(goesLast(key)).toBe(false));

test.each([['assets/index.BkD9f-3_.js.gz', false], ['index.html.br', false], ['assets/a.js', true]])('%s is published: %s', (key, published) => {
  expect(isPublished(key)).toBe(published);
});
