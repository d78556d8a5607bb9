/** What the client is made of: a path that ends like this is a file, and missing if it is not there. */
const FILE_EXTENSIONS = [
  'js', 'mjs', 'css', 'map', 'json', 'wasm', 'webmanifest', 'txt',
  'png', 'jpg', 'jpeg', 'gif', 'svg', 'ico', 'webp', 'avif',
  'woff', 'woff2', 'ttf', 'otf', 'eot',
];

/**
 * CloudFront Function: any path that is no file is a route within the page.
 *
 * Not by error pages of the distribution, which would also turn the API's 401, 403 and 404 into HTML.
 */
export const ROUTE_TO_PAGE = `
var file = /\\.(${FILE_EXTENSIONS.join('|')})$/i;

function handler(event) {
  var request = event.request;
  if (!file.test(request.uri)) request.uri = '/index.html';
  return request;
}
`.trim();

/**
 * CloudFront Function: search engines stay away, as LibreChat asks them to where it serves its page itself.
 *
 * A response-headers policy could do it too, but a policy of one's own rules out CloudFront's free plan.
 */
export const KEEP_OUT_ROBOTS = `
function handler(event) {
  var response = event.response;
  response.headers['x-robots-tag'] = { value: 'noindex' };
  return response;
}
`.trim();
