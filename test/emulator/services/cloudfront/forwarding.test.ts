import { ALL_BUT_HOST, behavior, DISABLED, origin, request, Site } from './site';
import { headerValues, type HttpRequest } from '../../../../emulator/core/http';
import type { Forwarding } from '../../../../emulator/services/cloudfront/forwarding';
import type { OriginConfig } from '../../../../emulator/services/cloudfront/origin';

let site: Site;
beforeEach(() => { site = new Site(); });
afterEach(() => site.cloud.dispose());

describe('requests to the origin', () => {
  const headers: HttpRequest['headers'] = [
    ['Host', 'd1.cloudfront.net'], ['User-Agent', 'Firefox'], ['Authorization', 'Bearer t'], ['Cookie', 'a=1; b=2'], ['X-Custom', 'x'],
    ['X-Api-Key', 'guessed'], ['X-Forwarded-For', '203.0.113.9'], ['X-Forwarded-Proto', 'gopher'], ['Connection', 'x-hop'], ['X-Hop', '1'],
  ];
  const forward = async (policies: Forwarding[], more: Partial<OriginConfig> = {}) => {
    await site.distribution([behavior('*', { policies, origin: origin(more) })]).handle(request('/x', { headers, query: 'a=1&b=2' }));
    const [{ path, query, headers: sent, sourceIp }] = site.asked;
    return { path, query, sourceIp, header: (name: string) => headerValues(sent, name) };
  };

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
  test('AllViewerExceptHostHeader: all but Host', async () => {
    const { query, header } = await forward([DISABLED, ALL_BUT_HOST]);
    expect(query).toBe('a=1&b=2');
    expect(header('host')).toEqual(['api.example.com']);
    expect(header('authorization')).toEqual(['Bearer t']);
    expect(header('cookie')).toEqual(['a=1; b=2']);
    expect(header('user-agent')).toEqual(['Firefox']);
    expect(header('x-custom')).toEqual(['x']);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html
  test('without an origin request policy: only a few headers', async () => {
    const { query, header } = await forward([DISABLED]);
    expect(query).toBe('');
    expect(header('authorization')).toEqual([]);
    expect(header('cookie')).toEqual([]);
    expect(header('user-agent')).toEqual(['Amazon CloudFront']);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/origin-request-create-origin-request-policy.html
  test('a custom policy: the values that it lists', async () => {
    const { query, header } = await forward([{ headers: { only: ['X-Custom'] }, cookies: { except: ['a'] }, queryStrings: { only: ['b'] } }]);
    expect(query).toBe('b=2');
    expect(header('x-custom')).toEqual(['x']);
    expect(header('cookie')).toEqual(['b=2']);
    expect(header('authorization')).toEqual([]);
  });

  const LISTS = { headers: 'none', cookies: 'none', queryStrings: 'none' } as const;
  test.each<[string, Forwarding[], { cookie: string[]; query: string }]>([
    ['all', [{ ...LISTS, cookies: 'all', queryStrings: 'all' }], { cookie: ['a=1; b=2'], query: 'a=1&b=2' }],
    ['some', [{ ...LISTS, cookies: { only: ['b'] }, queryStrings: { only: ['a'] } }], { cookie: ['b=2'], query: 'a=1' }],
    ['all but some', [{ ...LISTS, cookies: { except: ['b'] }, queryStrings: { except: ['a'] } }], { cookie: ['a=1'], query: 'b=2' }],
    ['what either policy selects',
      [{ ...LISTS, cookies: { only: ['a'] } }, { ...LISTS, cookies: { only: ['b'] }, queryStrings: 'all' }], { cookie: ['a=1; b=2'], query: 'a=1&b=2' }],
  ])('cookies and query: %s', async (_, policies, { cookie, query }) => {
    const sent = await forward(policies);
    expect(sent.header('cookie')).toEqual(cookie);
    expect(sent.query).toBe(query);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#request-custom-headers-behavior
  test('the viewer\'s address is appended, hop-by-hop headers and X-Forwarded-Proto are not passed on', async () => {
    const { header, sourceIp } = await forward([DISABLED, ALL_BUT_HOST]);
    expect(header('x-forwarded-for')).toEqual(['203.0.113.9, 192.0.2.1']);
    expect(header('x-forwarded-proto')).toEqual([]);
    expect(header('x-hop')).toEqual([]);
    expect(sourceIp).not.toBe('192.0.2.1');
  });

  // "CloudFront replaces the viewer's header": https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html
  test('origin path and custom headers, which replace a viewer\'s', async () => {
    const { path, header } = await forward([DISABLED, ALL_BUT_HOST], { path: '/prod', customHeaders: [['x-api-key', 'real']] });
    expect(path).toBe('/prod/x');
    expect(header('x-api-key')).toEqual(['real']);
  });
});
