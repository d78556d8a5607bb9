/** Extensions of the client's files. CloudFront responds with 404 to other paths with these extensions. */
const FILE_EXTENSIONS = [
  'js', 'mjs', 'css', 'map', 'json', 'wasm', 'webmanifest', 'txt',
  'png', 'jpg', 'jpeg', 'gif', 'svg', 'ico', 'webp', 'avif',
  'woff', 'woff2', 'ttf', 'otf', 'eot',
];

/**
 * CloudFront function that serves `index.html` for all paths of the single-page application.
 *
 * Custom error responses would apply to the API as well, and replace its 403 and 404.
 */
export const ROUTE_TO_INDEX = `
var file = /\\.(${FILE_EXTENSIONS.join('|')})$/i;

function handler(event) {
  var request = event.request;
  if (!file.test(request.uri)) request.uri = '/index.html';
  return request;
}
`.trim();

/**
 * CloudFront function that adds the `X-Robots-Tag: noindex` header, as LibreChat does when it serves the client.
 *
 * Not a response headers policy, because CloudFront's free plan does not include custom policies.
 */
export const ADD_NOINDEX = `
function handler(event) {
  var response = event.response;
  response.headers['x-robots-tag'] = { value: 'noindex' };
  return response;
}
`.trim();
