import { FRONTEND_PROPERTIES, FRONTEND_RESOURCE_TYPE } from '../../src/contract/frontend';
import { COMMAND } from '../../src/contract/image';
import { ADAPTER, VALUE_FROM } from '../../src/contract/variables';
import { refersTo, refuseUnknownTypes, type Resource, resourcesOf, type Template } from '../template';
import { type Edge, edgesOf } from './edges';
import { DRAWN, LEFT_OUT } from './known-types';

/** The parts of a deployment by their meaning. */
export const PARTS = [
  'browser', 'distribution', 'api', 'function', 'publisher', 'page', 'files', 'redis', 'database', 'nat', 'endpoint',
  'config', 'secrets', 'parameter',
] as const;
export type Part = typeof PARTS[number];

/** What stands in the box of a part. */
export interface Node {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface Behaviour {
  /** As CloudFront writes it; the default one is `*`. */
  readonly path: string;
  readonly to: 'page' | 'api';
}

export interface Architecture {
  readonly nodes: Readonly<Partial<Record<Part, Node>>>;
  readonly edges: readonly Edge[];
  /** In the order in which CloudFront looks at them. */
  readonly behaviours: readonly Behaviour[];
  /** Where the function runs. */
  readonly network: string;
}

/**
 * Reads a template of one LibreChatServerless.
 *
 * @throws Error where the template has something that the picture does not know
 */
export function architectureOf(template: Template): Architecture {
  refuseUnknownTypes(template, [...DRAWN, ...Object.keys(LEFT_OUT)], 'tools/pictures/known-types.ts');
  const serving = functionWith(template, COMMAND.serve);
  const publishing = functionWith(template, COMMAND.publish);
  const variables = serving.properties.Environment.Variables;
  const [page, files] = pageAndFiles(template);
  const { functions, ...distribution } = distributionOf(template, page);
  return {
    behaviours: distribution.behaviours,
    edges: edgesOf(template, { serving, publishing, page, files }),
    network: networkOf(template),
    nodes: {
      browser: { title: 'Browser', lines: ['shows tokens', 'as they come'] },
      distribution: {
        title: 'CloudFront',
        lines: [`${HTTP[distribution.http] ?? distribution.http}, ${counted(functions, 'function')}`, `${distribution.silence} s of silence at most`],
      },
      api: apiOf(template),
      function: {
        title: 'Lambda: LibreChat',
        lines: [`container image, ${sizeOf(serving)}`, 'answers, then is held until the answer is saved'],
      },
      publisher: { title: 'Publisher', lines: ['same image,', `${publishing.properties.MemorySize} MB: fills`, 'the bucket', 'at deploy'] },
      page: { title: 'S3: the page', lines: ['private, read by CloudFront'] },
      ...files && { files: { title: 'S3: files', lines: ['what users upload'] } },
      ...redisOf(template, variables),
      ...databaseOf(template, variables),
      ...networkNodes(template),
      ...ADAPTER.configKey in variables && { config: { title: 'librechat.yaml', lines: ['an object in S3'] } },
      ...secretsOf(template),
    },
  };
}

const HTTP: Readonly<Record<string, string>> = { http2: 'HTTP/2', http3: 'HTTP/3', http2and3: 'HTTP/2 and 3' };

function distributionOf(template: Template, page: Resource) {
  const { DefaultCacheBehavior, CacheBehaviors, Origins, HttpVersion } = one(template, 'AWS::CloudFront::Distribution').properties.DistributionConfig;
  const toPage = (origin: string) => Origins.some(({ Id, DomainName }: any) => Id === origin && refersTo(DomainName, page.id));
  const behaviours: Behaviour[] = [...CacheBehaviors, { ...DefaultCacheBehavior, PathPattern: '*' }]
    .map(({ PathPattern, TargetOriginId }) => ({ path: PathPattern, to: toPage(TargetOriginId) ? 'page' : 'api' }));
  return {
    behaviours,
    http: HttpVersion as string,
    functions: (DefaultCacheBehavior.FunctionAssociations ?? []).length as number,
    silence: Math.min(...Origins.flatMap(({ CustomOriginConfig }: any) => CustomOriginConfig?.OriginReadTimeout ?? [])),
  };
}

function apiOf(template: Template): Node {
  const [endpoint] = one(template, 'AWS::ApiGateway::RestApi').properties.EndpointConfiguration.Types;
  const stage = one(template, 'AWS::ApiGateway::Stage').properties.StageName;
  const proxies = resourcesOf(template, 'AWS::ApiGateway::Method').map(({ properties }) => properties).filter(({ Integration }) => Integration.Type === 'AWS_PROXY');
  const [mode, ...modes] = [...new Set(proxies.map(({ Integration }) => `${Integration.ResponseTransferMode}, up to ${Integration.TimeoutInMillis / 1000} s`))];
  if (modes.length > 0) throw new Error(`the methods of the API must be alike, got: ${[mode, ...modes].join('; ')}`);
  const { RateLimit } = one(template, 'AWS::ApiGateway::UsagePlan').properties.Throttle;
  const keyed = proxies.every(({ ApiKeyRequired }) => ApiKeyRequired);
  return {
    title: 'API Gateway',
    lines: [
      `REST, ${endpoint.toLowerCase()}, stage ${stage}, ${mode}`,
      ...keyed ? [`takes CloudFront's key only, ${RateLimit} requests a second`] : [],
    ],
  };
}

function redisOf(template: Template, variables: Record<string, unknown>): Partial<Record<Part, Node>> {
  const [group] = resourcesOf(template, 'AWS::ElastiCache::ReplicationGroup');
  if (!group) return `${VALUE_FROM}REDIS_URI` in variables ? { redis: { title: 'Redis of yours', lines: ['by its URI in a secret', 'outside of the stack'] } } : {};
  const { Engine, EngineVersion, CacheNodeType, NumCacheClusters, TransitEncryptionEnabled } = group.properties;
  const name = Engine === 'valkey' ? 'Valkey' : 'Redis';
  return {
    redis: {
      title: `${name} ${EngineVersion}${TransitEncryptionEnabled ? ', TLS' : ''}`,
      lines: [`${NumCacheClusters} × ${CacheNodeType}`, 'tokens, sessions, cache'],
    },
  };
}

function databaseOf(template: Template, variables: Record<string, unknown>): Partial<Record<Part, Node>> {
  const [cluster] = resourcesOf(template, 'AWS::DocDB::DBCluster');
  if (!cluster) return `${VALUE_FROM}MONGO_URI` in variables ? { database: { title: 'MongoDB of yours', lines: ['by its URI in a secret', 'outside of the stack'] } } : {};
  const { EngineVersion, ServerlessV2ScalingConfiguration: { MinCapacity, MaxCapacity } } = cluster.properties;
  const instances = resourcesOf(template, 'AWS::DocDB::DBInstance').length;
  return {
    database: {
      title: `DocumentDB ${EngineVersion.replace(/\.0$/, '')}`,
      lines: [`serverless, ${counted(instances, 'instance')}`, `${MinCapacity} to ${MaxCapacity} DCU`],
    },
  };
}

function networkOf(template: Template): string {
  if (resourcesOf(template, 'AWS::EC2::VPC').length === 0) return 'Without a VPC';
  const zones = new Set(resourcesOf(template, 'AWS::EC2::Subnet').map(({ properties }) => JSON.stringify(properties.AvailabilityZone)));
  return `VPC, ${counted(zones.size, 'zone')}`;
}

function networkNodes(template: Template): Partial<Record<Part, Node>> {
  const gateways = resourcesOf(template, 'AWS::EC2::NatGateway').length;
  const endpoints = resourcesOf(template, 'AWS::EC2::VPCEndpoint').length;
  return {
    ...gateways > 0 && { nat: { title: counted(gateways, 'NAT gateway'), lines: ['the way out, to models'] } },
    ...endpoints > 0 && { endpoint: { title: counted(endpoints, 'S3 endpoint'), lines: ['no NAT for files'] } },
  };
}

function secretsOf(template: Template): Partial<Record<Part, Node>> {
  const secrets = resourcesOf(template, 'AWS::SecretsManager::Secret').length;
  const parameters = resourcesOf(template, 'AWS::SSM::Parameter').length;
  return {
    ...secrets > 0 && { secrets: { title: 'Secrets Manager', lines: [`${counted(secrets, 'generated secret')}`] } },
    ...parameters > 0 && { parameter: { title: 'SSM', lines: [`${counted(parameters, 'parameter')}: the public URL`] } },
  };
}

function pageAndFiles(template: Template): [page: Resource, files?: Resource] {
  const buckets = resourcesOf(template, 'AWS::S3::Bucket');
  const target = one(template, FRONTEND_RESOURCE_TYPE).properties[FRONTEND_PROPERTIES.bucket];
  const page = buckets.find(({ id }) => refersTo(target, id));
  const others = buckets.filter((bucket) => bucket !== page);
  if (!page || others.length > 1) throw new Error(`buckets must be one for the page and one for files at most, got: ${buckets.map(({ id }) => id).join(', ')}`);
  return [page, others[0]];
}

function sizeOf({ properties: { Architectures: [architecture], MemorySize, Timeout } }: Resource): string {
  return `${architecture}, ${MemorySize} MB, up to ${Timeout} s`;
}

function functionWith(template: Template, command: string): Resource {
  return only(resourcesOf(template, 'AWS::Lambda::Function').filter(({ properties }) => properties.ImageConfig?.Command?.[0] === command), command);
}

function one(template: Template, type: string): Resource {
  return only(resourcesOf(template, type), type);
}

function only(found: Resource[], what: string): Resource {
  if (found.length !== 1) throw new Error(`there must be one ${what}, got: ${found.length}`);
  return found[0];
}

function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
