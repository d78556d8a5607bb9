import { readFileSync } from 'node:fs';
import { App, NestedStack, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Port, Peer, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { functionEnvironment, backendFunction, resources, statements, templateOf, templateWith, text, resourceOf } from './reading';
import { DOMAIN, EDGE, EUROPE, VARIANTS, stackIn } from '../../fixtures/variants';
import { LibreChatServerless } from '../../src';

describe('synthesis', () => {
  test.each(Object.keys(VARIANTS) as Array<keyof typeof VARIANTS>)('of the %s variant is reproducible', (name) => {
    expect(JSON.stringify(templateWith(VARIANTS[name]).toJSON())).toBe(JSON.stringify(templateOf(name).toJSON()));
  });

  test.each([['us-east-1', EDGE], ['eu-west-1', EUROPE]])('works in the region %s', (_region, env) => {
    expect(() => templateWith(VARIANTS.minimal, stackIn(env))).not.toThrow();
  });

  test.each(Object.keys(VARIANTS) as Array<keyof typeof VARIANTS>)('of the %s variant has no warnings', (name) => {
    // Newer releases of CDK validate templates, and print the findings.
    const printed = jest.spyOn(console, 'error').mockImplementation();
    const stack = stackIn();
    VARIANTS[name](stack);
    const annotations = Annotations.fromStack(stack);
    const said = [...annotations.findWarning('*', Match.anyValue()), ...annotations.findError('*', Match.anyValue())];
    expect(said.map(({ id, entry }) => [id, entry.data])).toEqual([]);
    expect(printed.mock.calls).toEqual([]);
    printed.mockRestore();
  });

  test('accepts two deployments in one stack, which share nothing', () => {
    const template = templateWith((stack) => {
      new LibreChatServerless(stack, 'Chat');
      new LibreChatServerless(stack, 'Other');
    });
    const functions = resources(template, 'AWS::Lambda::Function').filter(([logicalId]) => logicalId.includes('BackendFunction'));
    const environments = functions.map(([, { Properties }]) => Properties.Environment.Variables);
    for (const variable of ['REDIS_KEY_PREFIX', 'REDIS_URI', 'AWS_BUCKET_NAME', 'ADAPTER_URL_PARAMETER', 'ADAPTER_ROOT_SECRET', 'ADAPTER_DATABASE_SECRET']) {
      expect(text(environments[0][variable])).not.toBe(text(environments[1][variable]));
    }
    expect(new Set(resources(template, 'AWS::ApiGateway::RestApi').map(([, { Properties }]) => Properties.Name)).size).toBe(2);
  });

  test('accepts the same app under two stack names, as for two environments of one account', () => {
    const parameterIn = (stackName: string) => {
      const stack = new Stack(new App(), 'Stack', { stackName });
      VARIANTS['no-vpc'](stack);
      return resourceOf(Template.fromStack(stack), 'AWS::SSM::Parameter', 'FrontendUrl').Properties.Name;
    };
    expect(parameterIn('dev')).not.toBe(parameterIn('prod'));
  });

  test('accepts a network, and a certificate in us-east-1, from other stacks', () => {
    const stage = new Stage(new App(), 'Prod', { env: EUROPE });
    const vpc = new Vpc(new Stack(stage, 'Network'), 'Vpc');
    const edge = new Stack(stage, 'Edge', { env: EDGE, crossRegionReferences: true });
    const stack = new Stack(stage, 'Chat', { crossRegionReferences: true });
    new LibreChatServerless(stack, 'Chat', { vpc, domainName: DOMAIN, certificate: new Certificate(edge, 'Certificate', { domainName: DOMAIN }) });
    expect(() => stage.synth()).not.toThrow();
    expect(resources(Template.fromStack(stack), 'AWS::EC2::VPC')).toEqual([]);
  });

  test('accepts a VPC from a lookup', () => {
    const stack = stackIn(EUROPE);
    new LibreChatServerless(stack, 'Chat', { vpc: Vpc.fromLookup(stack, 'Vpc', { vpcId: 'vpc-1' }) });
    expect(backendFunction(Template.fromStack(stack)).Properties.VpcConfig.SubnetIds).toHaveLength(2);
  });

  test('works in a nested stack', () => {
    const nested = new NestedStack(stackIn(), 'Nested');
    VARIANTS.minimal(nested);
    expect(resourceOf(Template.fromStack(nested), 'AWS::SSM::Parameter', 'FrontendUrl').Properties.Name).toMatch(/^\/librechat\/Stack-Nested-Chat-\w+\/url$/);
  });

  test.each(['minimal', 'code-build-in-vpc'] as const)('of the %s variant is the same application with any feature flags', (name) => {
    const flags = JSON.parse(readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'));
    const stack = new Stack(new App({ context: flags }), 'Stack');
    const template = templateWith(VARIANTS[name], stack);
    // Imported resources may differ.
    const types = (of: Template) => Object.entries<any>(of.toJSON().Resources)
      .flatMap(([logicalId, { Type }]) => (logicalId.startsWith('Chat') ? [Type] : [])).sort();
    expect(types(template)).toEqual(types(templateOf(name)));
    expect(Object.keys(functionEnvironment(template))).toEqual(Object.keys(functionEnvironment(templateOf(name))));
  });
});

describe('network', () => {
  test('minimal: two zones, one NAT gateway, and an endpoint for S3', () => {
    const template = templateOf('minimal');
    expect(resources(template, 'AWS::EC2::NatGateway')).toHaveLength(1);
    expect(resources(template, 'AWS::EC2::Subnet')).toHaveLength(4);
    expect(text(resourceOf(template, 'AWS::EC2::VPCEndpoint').Properties.ServiceName)).toBe('com.amazonaws.<AWS::Region>.s3');
    expect(backendFunction(template).Properties.VpcConfig.SubnetIds.map(text)).toEqual(['<ChatVpcPrivateSubnet1Subnet>', '<ChatVpcPrivateSubnet2Subnet>']);
  });

  test('an existing VPC gets security groups only', () => {
    const vpcOnly = templateWith((stack) => new Vpc(stack, 'Network', { maxAzs: 3 }));
    const ofNetwork = (template: Template) => Object.entries<any>(template.toJSON().Resources).filter(([logicalId]) => logicalId.startsWith('Network'));
    expect(ofNetwork(templateOf('maximal'))).toEqual(ofNetwork(vpcOnly));
  });

  test('subnets of an existing VPC can be selected', () => {
    const template = templateWith((stack) => {
      const vpc = new Vpc(stack, 'Network', {
        subnetConfiguration: [
          { name: 'Public', subnetType: SubnetType.PUBLIC },
          { name: 'Others', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
          { name: 'Chat', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
        ],
      });
      new LibreChatServerless(stack, 'Chat', { vpc, vpcSubnets: { subnetGroupName: 'Chat' } });
    });
    const chosen = ['<NetworkChatSubnet1Subnet>', '<NetworkChatSubnet2Subnet>'];
    expect(backendFunction(template).Properties.VpcConfig.SubnetIds.map(text)).toEqual(chosen);
    expect(resourceOf(template, 'AWS::ElastiCache::SubnetGroup').Properties.SubnetIds.map(text)).toEqual(chosen);
    expect(resourceOf(template, 'AWS::DocDB::DBSubnetGroup').Properties.SubnetIds.map(text)).toEqual(chosen);
  });
});

describe('public fields', () => {
  const stack = stackIn();
  const chat = VARIANTS.minimal(stack);

  test('grants go to the role of the function', () => {
    const own = stackIn();
    const { grantPrincipal } = VARIANTS['no-vpc'](own);
    const model = 'arn:aws:bedrock:us-east-1::foundation-model/x';
    grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ['bedrock:InvokeModel'], resources: [model] }));
    new Bucket(own, 'Tools').grantRead(grantPrincipal);
    const allowed = statements(Template.fromStack(own), 'BackendRole');
    expect(allowed).toContain(`bedrock:InvokeModel on ${model}`);
    expect(allowed).toContain('s3:GetObject* s3:GetBucket* s3:List* on <Tools.Arn> <Tools.Arn>/*');
  });

  test('connections allow access from the function', () => {
    const own = stackIn();
    const vpc = new Vpc(own, 'Network');
    const server = new SecurityGroup(own, 'Server', { vpc });
    const { connections } = new LibreChatServerless(own, 'Chat', { vpc });
    connections.allowTo(server, Port.tcp(8080));
    connections.allowTo(Peer.ipv4('192.0.2.0/24'), Port.tcp(27015));
    const template = Template.fromStack(own);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 8080, ToPort: 8080 });
    expect(resourceOf(template, 'AWS::EC2::SecurityGroup', 'BackendSecurityGroup').Properties.SecurityGroupEgress)
      .toContainEqual(expect.objectContaining({ CidrIp: '192.0.2.0/24', FromPort: 27015 }));
  });

  test('fails when connections are used without a VPC', () => {
    expect(() => VARIANTS['no-vpc'](stackIn()).connections).toThrow('`connections` requires `vpc`');
  });

  test('metrics have the dimensions of the created resources', () => {
    const seen = [
      chat.metricErrors(), chat.metricDuration(), chat.metricThrottles(), chat.metricApiServerErrors(), chat.metricApiLatency(),
      chat.metricRedisMemory(), chat.metricRedisConnections({ statistic: 'Maximum' }),
    ].map(({ namespace, metricName, statistic, dimensions = {} }) => [
      namespace, metricName, statistic, text(stack.resolve(Object.values(dimensions))),
    ]);
    expect(seen).toEqual([
      ['AWS/Lambda', 'Errors', 'Sum', '<ChatRelayFunction>'],
      ['AWS/Lambda', 'Duration', 'Average', '<ChatRelayFunction>'],
      ['AWS/Lambda', 'Throttles', 'Sum', '<ChatRelayFunction>'],
      ['AWS/ApiGateway', '5XXError', 'Sum', text(resourceOf(templateOf('minimal'), 'AWS::ApiGateway::RestApi').Properties.Name)],
      ['AWS/ApiGateway', 'Latency', 'Average', text(resourceOf(templateOf('minimal'), 'AWS::ApiGateway::RestApi').Properties.Name)],
      ['AWS/ElastiCache', 'DatabaseMemoryUsagePercentage', 'Average', '<ChatRedisReplicationGroup>-001'],
      ['AWS/ElastiCache', 'CurrConnections', 'Maximum', '<ChatRedisReplicationGroup>-001'],
    ]);
  });

  test('an existing Redis has no metrics', () => {
    const outside = VARIANTS['no-vpc'](stackIn());
    expect(() => outside.metricRedisMemory()).toThrow('`metricRedisMemory` requires `LibreChatRedis.replicationGroup()`');
    expect(outside.redisReplicationGroup).toBeUndefined();
    expect(outside.databaseCluster).toBeUndefined();
    expect(outside.vpc).toBeUndefined();
  });

  test('addresses are available for other constructs', () => {
    const resolve = (value: unknown) => text(stack.resolve(value));
    expect(resolve(chat.url)).toBe('https://<ChatFrontendDistribution.DomainName>');
    expect(resolve(chat.streamingInvokeArn)).toBe(
      'arn:<AWS::Partition>:apigateway:<AWS::Region>:lambda:path/2021-11-15/functions/<ChatRelayFunction.Arn>/response-streaming-invocations',
    );
    expect(resolve(chat.imageUri)).toMatch(/^<AWS::AccountId>\.dkr\.ecr\.<AWS::Region>\.<AWS::URLSuffix>\/.+:[0-9a-f]{64}$/);
    expect(resolve(chat.redisEndpointAddress)).toBe('<ChatRedisReplicationGroup.PrimaryEndPoint.Address>');
    expect(resolve(chat.databaseSecret?.secretArn)).toBe('<ChatDatabaseClusterSecretAttachment>');
    expect(VARIANTS.maximal(stackIn()).url).toBe('https://chat.example.com');
  });

  test('each variant has an image and its repository', () => {
    const inRepository = (name: keyof typeof VARIANTS) => {
      const own = stackIn();
      const { repository, imageUri } = VARIANTS[name](own);
      return [text(own.resolve(repository.repositoryName)), text(own.resolve(imageUri)).split('/')[1]];
    };
    const assets = 'cdk-hnb659fds-container-assets-<AWS::AccountId>-<AWS::Region>';
    expect(inRepository('minimal')).toEqual([assets, expect.stringMatching(`^${assets}:[0-9a-f]{64}$`)]);
    expect(inRepository('maximal')).toEqual(['librechat', 'librechat:v0.8.7-1']);
    expect(inRepository('code-build')).toEqual(['<ChatImageBuildRepository>', '<ChatImageBuildRepository>@sha256:<ChatImageBuild.Sha256>']);
    expect(inRepository('code-build-in-vpc')).toEqual(['librechat', 'librechat@sha256:<ChatImageBuild.Sha256>']);
  });
});

test('all resources that support tags have the tags and the name of the environment', () => {
  const template = templateOf('maximal');
  for (const type of ['AWS::Lambda::Function', 'AWS::ElastiCache::ReplicationGroup', 'AWS::CloudFront::Distribution', 'AWS::ApiGateway::RestApi']) {
    for (const [, { Properties }] of resources(template, type).filter(([logicalId]) => logicalId.startsWith('Chat'))) {
      expect(Properties.Tags).toEqual(expect.arrayContaining([{ Key: 'Environment', Value: 'dev' }, { Key: 'team', Value: 'chat' }]));
    }
  }
  expect(resourceOf(template, 'AWS::ApiGateway::RestApi').Properties.Name).toMatch(/^librechat-dev-/);
});

test('the removal policy is one of two', () => {
  expect(() => new LibreChatServerless(stackIn(), 'Chat', { removalPolicy: RemovalPolicy.SNAPSHOT })).toThrow('`removalPolicy` must be RemovalPolicy.DESTROY or RemovalPolicy.RETAIN');
});
