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
      rule(RULES.asset, async () => assetIn((await index).text), (asset) => asset.status === 200 && !isHtml(asset) && asset.bytes.length > 0),
      rule(RULES.route, () => '/c/new', async (response) => response.status === 200 && isHtml(response) && response.text === (await index).text),
      rule(RULES.missing, () => '/assets/missing.0123abcd.js', ({ status }) => status === 404),
      rule(RULES.error, () => '/api/does-not-exist', ({ status, json }) => status === 404 && json !== undefined),
    ]);
  },
};

/** Loads the page and its first asset. @throws Error if one of them is not as expected */
export async function pageAndAsset(url: string): Promise<void> {
  const index = await send(`${url}/`);
  if (index.status !== 200 || !isHtml(index)) throw new Error(`${RULES.page}: ${index.status} ${typeOf(index)}`);
  const asset = await send(url + assetIn(index.text));
  if (asset.status !== 200 || isHtml(asset) || !asset.bytes.length) throw new Error(`${RULES.asset}: ${asset.status} ${typeOf(asset)}`);
}

const typeOf = ({ headers }: CompleteResponse) => headers['content-type'] ?? 'without a type';
const isHtml = (response: CompleteResponse) => /^text\/html/.test(typeOf(response));

/** The first script or style of the page. */
function assetIn(html: string): string {
  const [, path] = /(?:src|href)="\.?(\/?assets\/[^"]+\.(?:js|css))"/.exec(html) ?? [];
  if (!path) throw new Error('the page must reference a script or a style');
  return path.startsWith('/') ? path : `/${path}`;
}
