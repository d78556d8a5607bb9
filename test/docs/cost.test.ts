import { Duration } from 'aws-cdk-lib';
import { EDGE, EDGE_REGION_VARIANTS, VARIANTS, stackIn } from '../../fixtures/variants';
import { LibreChatCanary, LibreChatServerless } from '../../src';
import { CANARY_METRICS } from '../../src/contract/canary';
import { costOf, totalOf, unpricedTypes } from '../../tools/cost/cost-of';
import type { CostLine } from '../../tools/cost/line';
import { loadOf, secondsPerReply } from '../../tools/cost/load';
import { ASSUMED_WITH_RELAY, type Usage } from '../../tools/cost/usage';
import { COST_VARIANTS, type VariantName, templateOfVariant } from '../../tools/cost/variants';
import { resourcesOf, type Template, templateOf } from '../../tools/template';

const IDLE: Usage = { replies: 0, seconds: 20, users: 0, freeTier: false };
const ALL_VARIANTS = { ...VARIANTS, ...EDGE_REGION_VARIANTS };

const templates = new Map(Object.keys(COST_VARIANTS).map((name) => [name, templateOfVariant(name as VariantName)]));
const standard = templates.get('default')!;

describe('idle', () => {
  test.each([
    ['DocumentDB', 30],
    ['Redis', 12],
    ['NAT', 33],
    ['Public IPv4', 3.65],
    ['Secrets Manager', 2],
  ])('%s costs about %d dollars a month', (what, expected) => {
    expect(Math.abs(lineOf(costOf(standard, IDLE), what).idle - expected)).toBeLessThan(0.5);
  });

  test.each([
    ['default', 80],
    ['valkey', 78],
    ['own-vpc', 44],
    ['own-vpc-atlas', 14],
    ['no-vpc', 2],
  ])('the variant %s costs about %d dollars a month', (name, expected) => {
    expect(Math.round(totalOf(costOf(templates.get(name)!, IDLE)).idle)).toBe(expected);
  });

  test('without users there is no usage', () => {
    expect(totalOf(costOf(standard, IDLE)).use).toBe(0);
  });

  test('Valkey is a fifth cheaper than Redis', () => {
    const redis = lineOf(costOf(standard, IDLE), 'Redis').idle;
    expect(lineOf(costOf(templates.get('valkey')!, IDLE), 'Valkey').idle).toBeCloseTo(redis * 0.8);
  });

  test('existing secrets are counted with created ones', () => {
    const made = resourcesOf(templates.get('no-vpc')!, 'AWS::SecretsManager::Secret').length;
    expect(lineOf(costOf(templates.get('no-vpc')!, IDLE), 'Secrets Manager').idle).toBeCloseTo((made + 2) * 0.40);
  });

  test('more usage costs more', () => {
    const lines = costOf(variantTemplate('maximal'), IDLE);
    expect(lineOf(lines, 'DocumentDB').quantity).toBe('2 instances at 1 DCU, 1 GB');
    expect(lineOf(lines, 'DocumentDB').idle).toBeCloseTo(2 * 0.0822 * 730 + 0.10);
    expect(lineOf(lines, 'Valkey').idle).toBeCloseTo(2 * 0.032 * 0.8 * 730);
    expect(lineOf(lines, 'NAT').idle).toBeCloseTo(3 * 0.045 * 730);
    expect(lineOf(lines, 'Provisioned concurrency').idle).toBeCloseTo(4 * (3008 / 1024) * 730 * 3600 * 0.0000041667);
  });

  test('an image that is built in the account costs its builds', () => {
    expect(lineOf(costOf(variantTemplate('code-build'), IDLE), 'CodeBuild').idle).toBeCloseTo(5 * 0.005);
  });

  test('an interface endpoint costs for each of its zones, and a gateway endpoint nothing', () => {
    const template = withResource(standard, 'AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] });
    expect(lineOf(costOf(template, IDLE), 'Interface endpoint').idle).toBeCloseTo(2 * 0.01 * 730);
    expect(costOf(standard, IDLE).map(({ what }) => what)).not.toContain('Interface endpoint');
  });
});

describe('by use', () => {
  test('a reply of 60 s takes 0.0019 dollars of Lambda: a worker until it is saved and the linger is over, and a relay', () => {
    const lines = costOf(standard, { ...IDLE, replies: 1, seconds: 60 });
    const use = lineOf(lines, 'Lambda, LibreChat').use + lineOf(lines, 'Lambda, relay').use;
    expect(use).toBeGreaterThan(0.0019);
    expect(use).toBeLessThan(0.002);
  });

  test('a reply keeps one environment until it is saved, and another one until it is streamed', () => {
    expect(secondsPerReply(60)).toBe(122);
    expect(secondsPerReply(0)).toBe(2);
  });

  test.each(Object.keys(COST_VARIANTS))('%s: more of everything never costs less', (name) => {
    const template = templates.get(name)!;
    const usage = { replies: 1000, seconds: 20, users: 5, freeTier: false };
    const { use } = totalOf(costOf(template, usage));
    for (const more of [{ replies: 1001 }, { seconds: 21 }, { users: 6 }]) {
      expect(totalOf(costOf(template, { ...usage, ...more })).use).toBeGreaterThan(use);
    }
  });

  test.each([
    ['MemorySize', 4096, 2],
    ['Architectures', ['x86_64'], 1.25],
  ])('Lambda follows the template: %s of %j', (property, value, factor) => {
    const usage = { ...IDLE, replies: 1e6 };
    const changed = withServing(standard, { [property]: value });
    const [before, after] = [standard, changed].map((template) => lineOf(costOf(template, usage), 'Lambda, LibreChat').use);
    expect(after / before).toBeCloseTo(factor, 3);
  });

  test('a bigger /tmp costs by the second', () => {
    const usage = { ...IDLE, replies: 1e6 };
    const changed = withServing(standard, { EphemeralStorage: { Size: 1536 } });
    const [before, after] = [standard, changed].map((template) => lineOf(costOf(template, usage), 'Lambda, LibreChat').use);
    expect(after - before).toBeCloseTo(loadOf(standard, usage).libreChatSeconds * 0.0000000309, 5);
  });

  test.each([[600, 1], [666, 1], [667, 2]])('API Gateway counts a stream of %d s as %d', (seconds, times) => {
    const { use } = lineOf(costOf(standard, { ...IDLE, replies: 1e6, seconds }), 'API Gateway');
    expect(use).toBeCloseTo((7 + times) * 3.5);
  });

  test('only a template with a NAT gateway pays for its traffic', () => {
    const usage = { ...IDLE, replies: 1e6 };
    expect(lineOf(costOf(standard, usage), 'NAT').use).toBeCloseTo(45);
    expect(costOf(templates.get('no-vpc')!, usage).map(({ what }) => what)).not.toContain('NAT');
  });

  test('the free tier is deducted on request, and never more than the usage', () => {
    const usage = { replies: 1000, seconds: 20, users: 5, freeTier: true };
    const lambda = (used: Usage) => ['Lambda, relay', 'Lambda, LibreChat'].reduce((sum, what) => sum + lineOf(costOf(standard, used), what).use, 0);
    expect(lineOf(costOf(standard, usage), 'CloudFront').use).toBe(0);
    expect(lambda(usage)).toBe(0);
    const much = { ...usage, replies: 1e6 };
    const saved = lambda({ ...much, freeTier: false }) - lambda(much);
    expect(saved).toBeCloseTo(400_000 * 0.0000133334 + 0.20);
  });
});

describe('with a relay', () => {
  const usage: Usage = { replies: 1000, seconds: 20, users: 5, freeTier: false };
  const load = (changes: Partial<Usage>) => loadOf(standard, { ...usage, ...changes });

  test('an invocation of the relay for each request is priced at its own size', () => {
    const shared = costOf(standard, { ...usage, users: 0 });
    // 1,000 streams of 20 s, and seven short requests each.
    expect(lineOf(shared, 'Lambda, relay').quantity).toBe('5,175 GB-s of arm64 at 256 MB');
    expect(lineOf(shared, 'Lambda, relay').use).toBeCloseTo(5175 * 0.0000133334 + 8000 * 0.2e-6);
  });

  test('a single reply keeps a worker running until it is saved and the linger is over', () => {
    expect(load({ replies: 1, users: 0 }).libreChatSeconds).toBeCloseTo(20 + 2 + 3, 2);
  });

  test('a short reply keeps it running until its title is stored', () => {
    expect(load({ replies: 1, seconds: 1, users: 0 }).libreChatSeconds).toBeCloseTo(12, 2);
  });

  test('replies share a worker: many cost less than as many single ones, and never more than all active hours', () => {
    const [one, many, most] = [1, 10_000, 1e6].map((replies) => load({ replies, users: 0 }).libreChatSeconds);
    expect(many).toBeLessThan(10_000 * one * 0.9);
    expect(most).toBeLessThanOrEqual(ASSUMED_WITH_RELAY.activeHours * 3600);
    expect(most).toBeGreaterThan(ASSUMED_WITH_RELAY.activeHours * 3600 * 0.99);
  });

  test('more replies at once than a worker serves take more workers', () => {
    const { activeHours, requestsPerWorker } = ASSUMED_WITH_RELAY;
    const activeSeconds = activeHours * 3600;
    const replies = 3 * requestsPerWorker * activeSeconds / 20;
    expect(load({ replies, users: 0 }).libreChatSeconds).toBeCloseTo(3 * activeSeconds);
  });

  test('opening the page starts LibreChat unless a worker runs', () => {
    expect(load({ replies: 0, users: 1 }).starts).toBeCloseTo(20, 1);
    expect(load({ replies: 1e6, users: 1 }).starts).toBeLessThan(0.01);
    expect(load({ replies: 0, users: 1 }).apiRequests).toBe(20 * 28);
  });

  test('the free tier is subtracted once for both functions', () => {
    const much = { ...usage, replies: 1e6, users: 5000 };
    const lambdas = (freeTier: boolean) => costOf(standard, { ...much, freeTier }).filter(({ what }) => what.startsWith('Lambda'));
    const [full, reduced] = [false, true].map((freeTier) => totalOf(lambdas(freeTier)).use);
    expect(full - reduced).toBeCloseTo(400_000 * 0.0000133334 + 0.20);
  });
});

describe('each variant', () => {
  test.each(Object.keys(ALL_VARIANTS) as Array<keyof typeof ALL_VARIANTS>)('%s has a price', (name) => {
    const { idle, use } = totalOf(costOf(variantTemplate(name), { replies: 1000, seconds: 20, users: 5, freeTier: false }));
    expect(idle).toBeGreaterThan(1);
    expect(use).toBeGreaterThan(0.5);
    expect(unpricedTypes(variantTemplate(name))).toEqual([]);
  });

  test('types without a known price are named, and the rest is priced', () => {
    const template = withResource(standard, 'AWS::RDS::DBInstance', {});
    expect(unpricedTypes(template)).toEqual(['AWS::RDS::DBInstance']);
    expect(costOf(template, IDLE)).toEqual(costOf(standard, IDLE));
  });

  test.each([
    ['AWS::ElastiCache::ReplicationGroup', { CacheNodeType: 'cache.x1', NumCacheClusters: 1 },
      'nodes of ElastiCache must have a price in tools/cost/prices.ts, got: cache.x1'],
    ['AWS::DocDB::DBCluster', {}, 'DocumentDB clusters must be serverless, got: New'],
    ['AWS::DocDB::DBInstance', { DBInstanceClass: 'db.r6g.large' }, 'DocumentDB instances must be of class db.serverless, got: db.r6g.large'],
    ['AWS::SSM::Parameter', { Tier: 'Advanced' }, 'SSM parameters must be of the tier Standard, which is free, got: Advanced'],
    ['AWS::CodeBuild::Project', { Environment: { ComputeType: 'BUILD_GENERAL1_LARGE' } },
      'CodeBuild projects must be of BUILD_GENERAL1_SMALL, got: BUILD_GENERAL1_LARGE'],
  ])('fails when %s is one without a known price: %j', (type, properties, message) => {
    expect(() => costOf(withResource(standard, type, properties), IDLE)).toThrow(message);
  });
});

function lineOf(lines: CostLine[], what: string): CostLine {
  const found = lines.filter((line) => line.what === what);
  if (found.length !== 1) throw new Error(`expected one line ${what}, got: ${lines.map((line) => line.what).join(', ')}`);
  return found[0];
}

function variantTemplate(name: keyof typeof ALL_VARIANTS): Template {
  const stack = stackIn(EDGE);
  ALL_VARIANTS[name](stack);
  return templateOf(stack);
}

function withCanary(canary: LibreChatCanary): Template {
  const stack = stackIn(EDGE);
  new LibreChatServerless(stack, 'Chat', { canary });
  return templateOf(stack);
}

function withResource(template: Template, type: string, properties: object): Template {
  return { Resources: { ...template.Resources, New: { Type: type, Properties: properties } } };
}


function servingIn(template: Template) {
  return Object.entries(template.Resources).find(([, { Properties }]) => Properties?.ImageConfig?.Command?.[0] === 'serve')!;
}

function withServing(template: Template, change: object): Template {
  const [id, resource] = servingIn(template);
  return { Resources: { ...template.Resources, [id]: { ...resource, Properties: { ...resource.Properties, ...change } } } };
}

describe('alarms, dashboard and canary', () => {
  const lines = costOf(variantTemplate('operated'), IDLE);

  test('an alarm costs for each metric that it reads, and a dashboard by itself', () => {
    expect(lineOf(lines, 'CloudWatch alarms')).toMatchObject({ quantity: '18 alarms', idle: expect.closeTo(1.9) });
    expect(lineOf(lines, 'CloudWatch dashboard').idle).toBe(3);
  });

  test('its metrics cost while people chat', () => {
    const busy = lineOf(costOf(variantTemplate('operated'), { ...IDLE, replies: 1_000 }), 'CloudWatch metrics');
    expect(busy).toMatchObject({ quantity: '5 metrics', idle: 0, use: expect.closeTo(5 * 0.30 * 220 / 730) });
  });

  test('a canary costs its runs with their relays and workers, and its metrics', () => {
    const run = 15 * 2.5 * 0.0000133334 + 3 * 0.0000002 + 2 * (3.5e-6 + 1e-6) + 2 * 1e-6 + 0.001 * 0.085 + 0.05e-4;
    expect(lineOf(lines, 'Canary')).toMatchObject({ quantity: '4,380 runs with login, 3 metrics', idle: expect.closeTo(4_380 * run + 3 * 0.30, 4) });
  });

  test.each([
    ['page', LibreChatCanary.page(Duration.hours(1)), ['CanarySuccess', 'CanaryPage']],
    ['login', LibreChatCanary.login(Duration.hours(1)), ['CanarySuccess', 'CanaryPage', 'CanaryLogin']],
    ['chat', LibreChatCanary.chat(Duration.hours(1), { endpoint: 'bedrock', model: 'm' }), Object.values(CANARY_METRICS)],
  ])('the metrics of a canary with %s are counted', (kind, canary, metrics) => {
    expect(lineOf(costOf(withCanary(canary), IDLE), 'Canary').quantity).toBe(`730 runs with ${kind}, ${metrics.length} metrics`);
  });

  test('a canary that does not run each hour pays its metrics for the hours with a run', () => {
    const idle = (hours: number) => lineOf(costOf(withCanary(LibreChatCanary.page(Duration.hours(hours))), IDLE), 'Canary').idle;
    expect(idle(10)).toBeCloseTo(idle(1) / 10);
  });

  test('the free tier of metrics is shared with the other metrics', () => {
    const idle = (freeTier: boolean) => lineOf(costOf(variantTemplate('operated'), { ...IDLE, freeTier }), 'Canary').idle;
    // 5 metrics of the logs, and 3 of the canary.
    expect(idle(false) - idle(true)).toBeCloseTo(3 * 0.30);
  });

  test('the secret of its user and its alarm are in the lines of secrets and alarms', () => {
    const template = variantTemplate('operated');
    const without = (pattern: RegExp) => {
      const rest = Object.entries(template.Resources).filter(([id]) => !pattern.test(id));
      return costOf({ Resources: Object.fromEntries(rest) }, IDLE);
    };
    expect(lineOf(lines, 'Secrets Manager').idle - lineOf(without(/CanaryAccount/), 'Secrets Manager').idle).toBeCloseTo(0.40);
    expect(lineOf(lines, 'CloudWatch alarms').idle - lineOf(without(/CanaryFailed/), 'CloudWatch alarms').idle).toBeCloseTo(0.10);
  });

  test('nothing of it costs anything by default', () => {
    expect(costOf(standard, IDLE).map(({ what }) => what).filter((what) => /CloudWatch (?!Logs)|Canary/.test(what))).toEqual([]);
  });
});
