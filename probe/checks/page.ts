import { type Check, verdictOf, verdict, type Verdict } from '../check';
import { type CompleteResponse, send } from '../http';

const RULES = {
  page: 'the page loads',
  asset: 'an asset of the page loads',
  route: 'a route of the page returns index.html',
  missing: 'a missing asset returns 404',
  error: 'an API error is JSON',
} as const;

/** The files that CloudFront serves from S3, and errors of the API, for which CloudFront must not return the page. */
export const page: Check = {
  needsUser: false,
  rules: Object.values(RULES),
  async run({ url }) {
    const index = send(`${url}/`);
    const rule = (
      name: string, path: () => string | Promise<string>, right: (response: CompleteResponse) => boolean | Promise<boolean>,
    ): Promise<Verdict> =>
      verdictOf(name, async () => {
        const response = await send(url + await path());
        return verdict(name, await right(response), `${response.status} ${typeOf(response)}, ${response.bytes.length} bytes`);
      });
    return Promise.all([
      rule(RULES.page, () => '/', (response) => response.status === 200 && isHtml(response)),
      rule(RULES.asset, async () => assetIn((await index).text), isAsset),
      rule(RULES.route, () => '/c/new', async (response) => response.status === 200 && isHtml(response) && response.text === (await index).text),
      rule(RULES.missing, () => '/assets/missing.0123abcd.js', ({ status }) => status === 404),
      rule(RULES.error, () => '/api/does-not-exist', ({ status, json }) => status === 404 && json !== undefined),
    ]);
  },
};

/**
 * Loads the page, and the first one or all of its scripts and styles.
 *
 * @returns the number of files
 * @throws Error if one of them is not as expected
 */
export async function loadPage(url: string, assets: 'first' | 'all'): Promise<number> {
  const index = await send(`${url}/`);
  if (index.status !== 200 || !isHtml(index)) throw new Error(`${RULES.page}: ${index.status} ${typeOf(index)}`);
  const paths = assets === 'all' ? assetsIn(index.text) : [assetIn(index.text)];
  await Promise.all(paths.map(async (path) => {
    const asset = await send(url + path);
    if (!isAsset(asset)) throw new Error(`${path}: ${asset.status} ${typeOf(asset)}, ${asset.bytes.length} bytes`);
  }));
  return 1 + paths.length;
}

const typeOf = ({ headers }: CompleteResponse) => headers['content-type'] ?? 'without a type';
const isHtml = (response: CompleteResponse) => /^text\/html/.test(typeOf(response));

const isAsset = (response: CompleteResponse) => response.status === 200 && !isHtml(response) && response.bytes.length > 0;

/** The scripts and styles of the page. */
function assetsIn(html: string): string[] {
  const paths = [...html.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => `/${path}`);
  if (!paths.length) throw new Error('the page must reference a script or a style');
  return [...new Set(paths)];
}

function assetIn(html: string): string {
  return assetsIn(html)[0];
}
