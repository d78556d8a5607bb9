import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maximalProps, stackIn, VARIANTS } from '../../fixtures/variants';
import * as library from '../../src';
import { publicApi } from '../docs/kit/public-api';

/** The public API. Removing or renaming a name is a breaking change, a new name must be supported from then on. */
const CONTRACT: Record<string, string> = {
  LibreChatCanary: 'page login chat',
  LibreChatCanaryModel: 'endpoint model',
  LibreChatConfig: 'fromFile fromObject fromBucket',
  LibreChatDatabase: 'documentDb fromUri',
  LibreChatDocumentDbOptions: 'minCapacity maxCapacity instances',
  LibreChatCodeBuildOptions: 'repository vpc vpcSubnets',
  LibreChatDockerBuildOptions: 'version digest imageName',
  LibreChatEcrRepositoryOptions: 'tag digest',
  LibreChatImage: 'fromDockerBuild fromCodeBuild fromEcrRepository fromAsset',
  LibreChatRedis: 'replicationGroup fromUri',
  LibreChatRedisEngine: 'REDIS VALKEY',
  LibreChatReplicationGroupOptions: 'engine nodeType replicas',
  LibreChatServerless: `
    url distribution frontendBucket certificate api relay handler maintenance streamingInvokeArn accessLogGroup logGroup relayLogGroup maintenanceLogGroup
    filesBucket vpc
    databaseCluster databaseSecret redisReplicationGroup redisEndpointAddress redisAuthToken redisConnections rootSecret apiKey
    repository imageUri grantPrincipal connections
    metricErrors metricDuration metricThrottles metricApiServerErrors metricApiLatency metricRedisMemory metricRedisConnections`,
  LibreChatCloudMapOptions: 'services',
  LibreChatServices: 'fromUrls fromCloudMapNamespace',
  LibreChatServiceType: 'LITE_LLM SEARXNG RAG_API MEILISEARCH FIRECRAWL',
  LibreChatServiceUrls: 'liteLlm searxng ragApi meilisearch firecrawl',
};

const names = publicApi();

function membersOf(type: string): string[] {
  return names.flatMap((name) => (name.type === type && name.member ? [name.member] : []));
}

test('the package exports these types', () => {
  const types = names.filter(({ member }) => !member).map(({ type }) => type);
  expect(types.sort()).toEqual([...Object.keys(CONTRACT), 'LibreChatServerlessProps'].sort());
});

test.each(Object.entries(CONTRACT))('%s has these members', (type, members) => {
  expect(membersOf(type).sort()).toEqual(members.trim().split(/\s+/).sort());
});

test('the maximal variant sets every prop, in the documented order', () => {
  expect(Object.keys(maximalProps(stackIn()))).toEqual(membersOf('LibreChatServerlessProps'));
});

test('props are grouped by topic', () => {
  const source = readFileSync(join(__dirname, '../../src/librechat-serverless-props.ts'), 'utf8');
  expect([...source.matchAll(/^ {2}\/\/ (.+)$/gm)].map(([, group]) => group)).toEqual(['network', 'address', 'LibreChat', 'data', 'size', 'edge', 'operation']);
});

test('props are optional', () => {
  expect(names.filter(({ type, member, optional }) => type === 'LibreChatServerlessProps' && member && !optional)).toEqual([]);
});

test('no field has the type of an L1 construct or a custom resource', () => {
  const source = readFileSync(join(__dirname, '../../src/librechat-serverless.ts'), 'utf8');
  const types = [...source.matchAll(/^ {2}public readonly \w+\??: (.+);$/gm)].map(([, type]) => type);
  expect(types.length).toBeGreaterThan(15);
  expect(types.filter((type) => /\bCfn|CustomResource/.test(type))).toEqual([]);
});

/** The minimal variant has every field except those for a domain, which the maximal one has. */
test('each field has a value in a variant', () => {
  const chats = [VARIANTS.minimal(stackIn()), VARIANTS.maximal(stackIn())];
  const fields = membersOf('LibreChatServerless') as Array<keyof library.LibreChatServerless>;
  expect(fields.filter((field) => chats.every((chat) => chat[field] === undefined))).toEqual([]);
});
