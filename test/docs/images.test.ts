import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BROWSER_MS, misplaced } from './kit/misplaced';
import { contrast, parse } from './kit/svg';
import { EDGE, stackIn, VARIANTS } from '../../fixtures/variants';
import { FRONTEND_PROPERTIES, FRONTEND_RESOURCE_TYPE } from '../../src/contract/frontend';
import { libreChatsOf, relaysOf } from '../../tools/cost/functions';
import { FREE_TYPES } from '../../tools/resource-types';
import { refersTo, resourcesOf, templateOf, typesOf } from '../../tools/template';
import { describeWith } from '../requires';

const IMAGES = join(__dirname, '../../docs/images');
/** WCAG 2.1, level AA. */
const LEAST_CONTRAST = 4.5;

const stack = stackIn(EDGE);
VARIANTS.minimal(stack);
const template = templateOf(stack);
const all = (type: string): any[] => resourcesOf(template, type).map(({ properties }) => properties);
const one = (type: string) => {
  const found = all(type);
  if (found.length !== 1) throw new Error(`expected one ${type}, got: ${found.length}`);
  return found[0];
};

const source = (name: string) => readFileSync(join(IMAGES, `${name}.svg`), 'utf8');
const architecture = parse(source('architecture'));

/** Labels of the picture that follow from the template. */
function facts(): Array<[what: string, text: string]> {
  const [libreChat] = libreChatsOf(template);
  const relays = relaysOf(template).map(({ properties }) => properties);
  const publisher = all('AWS::Lambda::Function').find(({ ImageConfig }) => ImageConfig?.Command[0] === 'publish');
  const { RateLimit } = one('AWS::ApiGateway::UsagePlan').Throttle;
  const methods = all('AWS::ApiGateway::Method').filter(({ Integration }) => Integration.Type === 'AWS_PROXY');
  const { DistributionConfig: distribution } = one('AWS::CloudFront::Distribution');
  const redis = one('AWS::ElastiCache::ReplicationGroup');
  const database = one('AWS::DocDB::DBCluster');
  const { MinCapacity, MaxCapacity } = database.ServerlessV2ScalingConfiguration;
  const zones = new Set(all('AWS::EC2::Subnet').map(({ AvailabilityZone }) => JSON.stringify(AvailabilityZone)));
  return [
    ['HTTP version', { http2and3: 'HTTP/2 and 3' }[distribution.HttpVersion as string]!],
    ...distribution.Origins.flatMap(({ CustomOriginConfig: api }: any) => (api ? [['read timeout', `${api.OriginReadTimeout} s read timeout`]] : [])),
    ['access to the web client', distribution.Origins.some(({ OriginAccessControlId }: any) => OriginAccessControlId) ? 'OAC' : 'public'],
    ['API key', methods.every(({ ApiKeyRequired }) => ApiKeyRequired) ? '+ API key' : 'public'],
    ['endpoint and stage', `${one('AWS::ApiGateway::RestApi').EndpointConfiguration.Types[0].toLowerCase()}, stage ${one('AWS::ApiGateway::Stage').StageName}`],
    ...methods.map(({ Integration: it }): [string, string] => ['streaming', `${it.ResponseTransferMode}, up to ${it.TimeoutInMillis / 1000} s`]),
    ['throttling', `${RateLimit} requests per second`],
    ...relays.map(({ MemorySize }): [string, string] => ['memory of the relay', `Lambda, ${MemorySize} MB`]),
    ...relays.map(({ Timeout }): [string, string] => ['timeout of the relay', `up to ${Timeout} s`]),
    ['size of the worker', `${libreChat.properties.MemorySize} MB, ${libreChat.properties.Architectures[0]}`],
    ['memory of the publisher', `Lambda, ${publisher.MemorySize} MB`],
    ['Redis', `${{ redis: 'Redis', valkey: 'Valkey' }[redis.Engine as string]} ${redis.EngineVersion}${redis.TransitEncryptionEnabled ? ', TLS' : ''}`],
    ['Redis node', `${redis.NumCacheClusters} × ${redis.CacheNodeType}`],
    ['database', `DocumentDB ${database.EngineVersion.replace(/\.0$/, '')}`],
    ['database capacity', `${MinCapacity} to ${MaxCapacity} DCU`],
    ['network', `VPC, ${zones.size} zones`],
    ['NAT', `${all('AWS::EC2::NatGateway').length} NAT gateway`],
    ['secrets', `${all('AWS::SecretsManager::Secret').length} secrets`],
  ];
}

/** Beginnings of the titles for resources of billed types. */
const SHOWN: Readonly<Record<string, string | undefined>> = {
  'AWS::ApiGateway::RestApi': 'API Gateway',
  'AWS::CloudFront::Distribution': 'CloudFront',
  'AWS::DocDB::DBCluster': 'DocumentDB',
  'AWS::DocDB::DBInstance': 'DocumentDB',
  'AWS::EC2::EIP': '1 NAT gateway',
  'AWS::EC2::NatGateway': '1 NAT gateway',
  'AWS::EC2::VPCEndpoint': 'S3 endpoint',
  'AWS::ElastiCache::ReplicationGroup': 'Redis',
  'AWS::Lambda::Function': 'Worker',
  'AWS::S3::Bucket': 'S3: files',
  'AWS::SSM::Parameter': 'SSM',
  'AWS::SecretsManager::Secret': 'Secrets Manager',
};
/** Every service writes logs. */
const NOT_SHOWN = ['AWS::Logs::LogGroup'];

describe('architecture.svg', () => {
  test.each([...new Map(facts().map((fact) => [fact.join(), fact])).values()])('the %s matches the template: %s', (_what, text) => {
    expect(architecture.texts).toContain(text);
  });

  test('shows the behaviors of the distribution in their order', () => {
    const { CacheBehaviors, DefaultCacheBehavior, Origins } = one('AWS::CloudFront::Distribution').DistributionConfig;
    const target = one(FRONTEND_RESOURCE_TYPE)[FRONTEND_PROPERTIES.bucket];
    const page = resourcesOf(template, 'AWS::S3::Bucket').find(({ id }) => refersTo(target, id))!;
    const isPage = (origin: string) => Origins.some(({ Id, DomainName }: any) => Id === origin && refersTo(DomainName, page.id));
    const behaviors = [...CacheBehaviors, { ...DefaultCacheBehavior, PathPattern: '*' }]
      .flatMap(({ PathPattern, TargetOriginId }) => [PathPattern, isPage(TargetOriginId) ? 'S3' : 'API']);
    const first = architecture.texts.indexOf(behaviors[0]);
    expect(architecture.texts.slice(first, first + behaviors.length + 1)).toEqual([...behaviors, 'API Gateway']);
  });

  test('shows each type of resource that is paid for', () => {
    const paid = typesOf(template).filter((type) => !FREE_TYPES.includes(type) && !NOT_SHOWN.includes(type));
    const isShown = (type: string) => architecture.titles.some((title) => SHOWN[type] && title.startsWith(SHOWN[type]));
    expect(paid.length).toBeGreaterThan(5);
    expect(paid.filter((type) => !isShown(type))).toEqual([]);
  });

  test('the API invokes a relay', () => {
    expect(relaysOf(template)).toHaveLength(1);
  });
});

describe.each(['architecture', 'streaming'])('%s.svg', (name) => {
  const { texts, titles, themes, fills } = parse(source(name));

  test('has a title and a description, and loads nothing', () => {
    expect(source(name)).toMatch(/<title id="title">[^<]+<\/title>\s*<desc id="description">[^<]+<\/desc>/);
    expect(source(name).replace('http://www.w3.org/2000/svg', '')).not.toMatch(/<script|<image|<use|<foreignObject|@import|@font-face|href=|https?:|url\((?!#)/);
  });

  test('names the parts as the architecture does', () => {
    expect(titles.length).toBeGreaterThan(3);
    const known = architecture.titles.map((title) => title.split(' ')[0]);
    expect(titles.map((title) => title.split(' ')[0]).filter((title) => !known.includes(title))).toEqual([]);
  });

  test('can be read in the light and in the dark theme', () => {
    expect(Object.keys(themes)).toEqual(['light', 'dark']);
    expect(texts.length).toBeGreaterThan(20);
    for (const [theme, colors] of Object.entries(themes)) {
      for (const tone of ['text', 'muted']) {
        const illegible = fills.filter((fill) => contrast(colors[tone], colors[fill]) < LEAST_CONTRAST);
        expect([theme, tone, illegible]).toEqual([theme, tone, []]);
      }
      expect(contrast(colors.compute, colors.page)).toBeGreaterThanOrEqual(LEAST_CONTRAST);
      for (const tone of ['compute', 'data']) expect(contrast(colors[tone], colors['edge-fill'])).toBeGreaterThanOrEqual(LEAST_CONTRAST);
    }
  });
});

test.each([['#000000', '#ffffff', 21], ['#777777', '#ffffff', 4.48], ['#ffffff', '#767676', 4.54]])('the contrast of %s and %s is %d', (a, b, expected) => {
  expect(contrast(a, b)).toBeCloseTo(expected, 2);
});

describeWith('chromium')('in a browser', () => {
  test.each(['architecture', 'streaming'])('%s.svg: no text leaves its box or overlaps another text, and no label covers a box', (name) => {
    expect(misplaced(source(name))).toEqual([]);
  }, 2 * BROWSER_MS);

  test('texts that leave their box or overlap would be found', () => {
    const wide = source('streaming')
      .replace('>one per request<', '>one for each request that there is<')
      .replace('>encrypted request<', '>encrypted request that is sent to Redis<');
    expect(misplaced(wide)).toEqual(['one for each request that there is leaves its box', expect.stringContaining('encrypted request that is sent to Redis')]);
  }, 2 * BROWSER_MS);
});
