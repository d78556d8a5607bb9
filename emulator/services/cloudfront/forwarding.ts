import { headerValues, withoutHeaders, type Header } from '../../core/http';

/** The headers, cookies or query strings to forward. */
export type Selection = 'none' | 'all' | { readonly only: readonly string[] } | { readonly except: readonly string[] };

/** The parts of a viewer's request that a cache policy or an origin request policy forwards to the origin. */
export interface Forwarding {
  readonly headers: Selection;
  readonly cookies: Selection;
  readonly queryStrings: Selection;
}

const NOTHING: Forwarding = { headers: 'none', cookies: 'none', queryStrings: 'none' };

/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html */
export const MANAGED_CACHE_POLICIES: Readonly<Record<string, Forwarding>> = {
  // CachingOptimized, CachingOptimizedForUncompressedObjects, CachingDisabled
  '658327ea-f89d-4fab-a63d-7e88639e58f6': NOTHING,
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': NOTHING,
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': NOTHING,
};

/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html */
export const MANAGED_ORIGIN_REQUEST_POLICIES: Readonly<Record<string, Forwarding>> = {
  // AllViewer
  '216adef6-5c7f-47e4-b989-5492eafa07d3': { headers: 'all', cookies: 'all', queryStrings: 'all' },
  // AllViewerExceptHostHeader
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': { headers: { except: ['host'] }, cookies: 'all', queryStrings: 'all' },
  // CORS-S3Origin
  '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf': {
    headers: { only: ['origin', 'access-control-request-headers', 'access-control-request-method'] }, cookies: 'none', queryStrings: 'none',
  },
  // UserAgentRefererHeaders
  'acba4595-bd28-49b8-b9fe-13317c0390fa': { headers: { only: ['user-agent', 'referer'] }, cookies: 'none', queryStrings: 'none' },
};

/** Headers that are always, or never, forwarded, regardless of policies. */
const ALWAYS = ['content-type', 'content-length', 'range', 'if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since'];
const NEVER = ['x-real-ip', 'x-forwarded-proto', 'expect', 'x-amz-cf-id', 'x-edge-location'];

/** The viewer's headers that are forwarded to the origin. */
export function forwardedHeaders(headers: readonly Header[], policies: readonly Forwarding[]): Header[] {
  const kept = withoutHeaders(headers, [...NEVER, 'cookie', 'host', 'x-forwarded-for', 'via']).filter(([name]) =>
    ALWAYS.includes(name.toLowerCase()) || policies.some((policy) => selects(policy.headers, name)));
  const cookies = headerValues(headers, 'cookie')
    .flatMap((value) => value.split(/;\s*/))
    .filter((cookie) => policies.some((policy) => selects(policy.cookies, cookie.split('=')[0])));
  if (cookies.length) kept.push(['Cookie', cookies.join('; ')]);
  // CloudFront sends its own User-Agent if the viewer's is not forwarded.
  if (!kept.some(([name]) => name.toLowerCase() === 'user-agent')) kept.push(['User-Agent', 'Amazon CloudFront']);
  return kept;
}

/** Whether the viewer's Host header is forwarded to the origin. */
export function forwardsHost(policies: readonly Forwarding[]): boolean {
  return policies.some((policy) => selects(policy.headers, 'host'));
}

/** The part of the query string that is forwarded to the origin. */
export function forwardedQuery(query: string, policies: readonly Forwarding[]): string {
  return query.split('&').filter((pair) => pair && policies.some((policy) => selects(policy.queryStrings, pair.split('=')[0]))).join('&');
}

function selects(selection: Selection, name: string): boolean {
  if (typeof selection === 'string') return selection === 'all';
  const lower = name.toLowerCase();
  if ('only' in selection) return selection.only.some((other) => other.toLowerCase() === lower);
  return !selection.except.some((other) => other.toLowerCase() === lower);
}

/** Reads `HeadersConfig`, `CookiesConfig` and `QueryStringsConfig` of a policy in a template. */
export function forwardingOf(config: Record<string, Record<string, unknown> | undefined>): Forwarding {
  return {
    headers: selectionOf(config.HeadersConfig, 'Header', 'Headers'),
    cookies: selectionOf(config.CookiesConfig, 'Cookie', 'Cookies'),
    queryStrings: selectionOf(config.QueryStringsConfig, 'QueryString', 'QueryStrings'),
  };
}

function selectionOf(config: Record<string, unknown> | undefined, kind: string, items: string): Selection {
  const names = (config?.[items] ?? []) as string[];
  switch (config?.[`${kind}Behavior`]) {
    case 'all': case 'allViewer': return 'all';
    case 'whitelist': return { only: names };
    case 'allExcept': return { except: names };
    case 'allViewerAndWhitelistCloudFront': return 'all';
    default: return 'none';
  }
}
