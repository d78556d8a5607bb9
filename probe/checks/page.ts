import { type Check, tried, verdict, type Verdict } from '../check';
import { type Answer, send } from '../http';

const RULES = {
  page: 'the page loads',
  asset: 'an asset of the page loads',
  route: 'a route of the page returns index.html',
  missing: 'a missing asset returns 404',
  error: 'an API error is JSON',
} as const;

/** The files that CloudFront serves from S3, and errors of the API, which must not become the page. */
export const page: Check = {
  needsUser: false,
  rules: Object.values(RULES),
  async run({ url }) {
    const index = send(`${url}/`);
    const rule = (name: string, path: () => string | Promise<string>, right: (answer: Answer) => boolean | Promise<boolean>): Promise<Verdict> =>
      tried(name, async () => {
        const answer = await send(url + await path());
        return verdict(name, await right(answer), `${answer.status} ${typeOf(answer)}, ${answer.bytes.length} bytes`);
      });
    return Promise.all([
      rule(RULES.page, () => '/', (answer) => answer.status === 200 && isHtml(answer)),
      rule(RULES.asset, async () => assetIn((await index).text), (answer) => answer.status === 200 && !isHtml(answer) && answer.bytes.length > 0),
      rule(RULES.route, () => '/c/new', async (answer) => answer.status === 200 && isHtml(answer) && answer.text === (await index).text),
      rule(RULES.missing, () => '/assets/missing.0123abcd.js', ({ status }) => status === 404),
      rule(RULES.error, () => '/api/does-not-exist', ({ status, json }) => status === 404 && json !== undefined),
    ]);
  },
};

/** Loads the page and its first asset. @throws Error where one of them is not as it must be */
export async function pageAndAsset(url: string): Promise<void> {
  const index = await send(`${url}/`);
  if (index.status !== 200 || !isHtml(index)) throw new Error(`${RULES.page}: ${index.status} ${typeOf(index)}`);
  const asset = await send(url + assetIn(index.text));
  if (asset.status !== 200 || isHtml(asset) || !asset.bytes.length) throw new Error(`${RULES.asset}: ${asset.status} ${typeOf(asset)}`);
}

const typeOf = ({ headers }: Answer) => headers['content-type'] ?? 'without a type';
const isHtml = (answer: Answer) => /^text\/html/.test(typeOf(answer));

/** The first script or style that the page asks for. */
function assetIn(html: string): string {
  const [, path] = /(?:src|href)="\.?(\/?assets\/[^"]+\.(?:js|css))"/.exec(html) ?? [];
  if (!path) throw new Error('the page names no script and no style');
  return path.startsWith('/') ? path : `/${path}`;
}
