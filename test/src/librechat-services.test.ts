import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { PublicDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { functionEnvironment, templateWith, text, templateOf, resourceOf } from './reading';
import { secretNamed } from '../../fixtures/variants';
import { LibreChatDatabase, LibreChatRedis, LibreChatServerless, LibreChatServiceType, LibreChatServices } from '../../src';

const VARIABLES = ['LITELLM_BASE_URL', 'SEARXNG_INSTANCE_URL', 'RAG_API_URL', 'MEILI_HOST', 'FIRECRAWL_API_URL', 'SEARCH', 'MEILI_NO_SYNC'];

function variables(services: (stack: Stack) => LibreChatServices, inVpc = false) {
  const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
    services: services(stack),
    vpc: inVpc ? new Vpc(stack, 'Network') : undefined,
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
  }));
  return Object.fromEntries(Object.entries(functionEnvironment(template)).filter(([name]) => VARIABLES.includes(name)));
}

test('from a namespace: all five, under the host names of the Terraform modules', () => {
  const environment = functionEnvironment(templateOf('maximal'));
  expect(Object.fromEntries(VARIABLES.map((name) => [name, text(environment[name])]))).toEqual({
    LITELLM_BASE_URL: 'http://litellm.chat.local:4000/v1',
    SEARXNG_INSTANCE_URL: 'http://searxng.chat.local:8080',
    RAG_API_URL: 'http://rag-api.chat.local:8000',
    MEILI_HOST: 'http://meilisearch.chat.local:7700',
    FIRECRAWL_API_URL: 'http://firecrawl.chat.local:3002',
    SEARCH: 'true',
    MEILI_NO_SYNC: 'true',
  });
});

test('from a namespace: the specified services', () => {
  expect(variables((stack) => LibreChatServices.fromCloudMapNamespace(new PublicDnsNamespace(stack, 'Namespace', { name: 'tools.example.com' }), { services: [LibreChatServiceType.SEARXNG] })))
    .toEqual({ SEARXNG_INSTANCE_URL: 'http://searxng.tools.example.com:8080' });
});

test('from URLs: the specified services', () => {
  expect(variables(() => LibreChatServices.fromUrls({ ragApi: 'https://rag.example.com', liteLlm: 'http://10.0.0.1:4000/v1' })))
    .toEqual({ RAG_API_URL: 'https://rag.example.com', LITELLM_BASE_URL: 'http://10.0.0.1:4000/v1' });
});

test('a search that is configured in another way is kept', () => {
  const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
    services: LibreChatServices.fromUrls({ meilisearch: 'https://search.example.com' }),
    environment: { SEARCH: 'false' },
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
  }));
  expect(functionEnvironment(template)).toMatchObject({ SEARCH: 'false', MEILI_HOST: 'https://search.example.com' });
});

test('in a VPC the function may connect to them, and without services it may not', () => {
  const egress = (name: 'maximal' | 'minimal') => resourceOf(templateOf(name), 'AWS::EC2::SecurityGroup', 'BackendSecurityGroup').Properties.SecurityGroupEgress;
  const toNetwork = egress('maximal').filter(({ CidrIp }: any) => text(CidrIp) === '<Network.CidrBlock>');
  expect(toNetwork).toEqual([expect.objectContaining({ IpProtocol: 'tcp', FromPort: 0, ToPort: 65535 })]);
  expect(egress('minimal')).toHaveLength(1);
});

test.each(['litellm:4000', 'ftp://x', 'http://', 'http://x/', 'https://x/v1/', 'http://x y'])('fails when a URL is %j', (url) => {
  expect(() => LibreChatServices.fromUrls({ liteLlm: url })).toThrow(`\`liteLlm\` must be an http or https URL without a trailing slash, got: ${url}`);
});

test.each(['http://x', 'https://x.example.com:8443/v1', 'http://10.0.0.1:4000/a/b?c=d'])('accepts %s', (url) => {
  expect(() => LibreChatServices.fromUrls({ liteLlm: url })).not.toThrow();
});

test('tokens are accepted', () => {
  expect(() => LibreChatServices.fromUrls({ ragApi: new CfnParameter(new Stack(), 'Url').valueAsString })).not.toThrow();
});
