import { logicalIdOf, resources, templateOf, text, resourceOf } from '../reading';

const minimal = templateOf('minimal');
const maximal = templateOf('maximal');

test('minimal: one small node of Redis OSS, encrypted at rest and in transit, with a password', () => {
  const { AuthToken, ...properties } = resourceOf(minimal, 'AWS::ElastiCache::ReplicationGroup').Properties;
  expect(properties).toMatchObject({
    Engine: 'redis',
    EngineVersion: '7.1',
    CacheNodeType: 'cache.t4g.micro',
    NumCacheClusters: 1,
    AutomaticFailoverEnabled: false,
    MultiAZEnabled: false,
    AtRestEncryptionEnabled: true,
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'required',
    Port: 6379,
  });
  expect(text(AuthToken)).toBe('{{resolve:secretsmanager:<ChatRedisAuthToken>:SecretString:::}}');
});

test('the generated password has only characters that ElastiCache accepts', () => {
  expect(resourceOf(minimal, 'AWS::SecretsManager::Secret', 'RedisAuthToken').Properties.GenerateSecretString)
    .toEqual({ PasswordLength: 64, ExcludePunctuation: true });
});

test('maximal: Valkey on two nodes with automatic failover', () => {
  expect(resourceOf(maximal, 'AWS::ElastiCache::ReplicationGroup').Properties).toMatchObject({
    Engine: 'valkey',
    EngineVersion: '8.0',
    CacheNodeType: 'cache.t4g.small',
    NumCacheClusters: 2,
    AutomaticFailoverEnabled: true,
    MultiAZEnabled: true,
  });
});

test('only relay and workers may connect, and Redis has no egress', () => {
  const ingress = resources(minimal, 'AWS::EC2::SecurityGroupIngress').filter(([logicalId]) => logicalId.includes('Redis'));
  expect(ingress.map(([, { Properties }]) => [text(Properties.SourceSecurityGroupId), Properties.FromPort, Properties.ToPort])).toEqual([
    ['<ChatBackendSecurityGroup.GroupId>', 6379, 6379],
    ['<ChatRelaySecurityGroup.GroupId>', 6379, 6379],
  ]);
  const group = resourceOf(minimal, 'AWS::EC2::SecurityGroup', 'RedisSecurityGroup').Properties;
  expect(group).not.toHaveProperty('SecurityGroupIngress');
  expect(group.SecurityGroupEgress).toEqual([expect.objectContaining({ CidrIp: '255.255.255.255/32' })]);
});

test('the nodes are in the private subnets', () => {
  expect(resourceOf(minimal, 'AWS::ElastiCache::SubnetGroup').Properties.SubnetIds.map(text)).toEqual([
    '<ChatVpcPrivateSubnet1Subnet>', '<ChatVpcPrivateSubnet2Subnet>',
  ]);
  expect(resourceOf(minimal, 'AWS::ElastiCache::ReplicationGroup').Properties.CacheSubnetGroupName).toEqual({ Ref: logicalIdOf(minimal, 'AWS::ElastiCache::SubnetGroup') });
});

test('none is created if a URI is specified', () => {
  expect(resources(templateOf('no-vpc'), 'AWS::ElastiCache::ReplicationGroup')).toEqual([]);
  expect(resources(templateOf('existing-vpc-and-data'), 'AWS::ElastiCache::ReplicationGroup')).toEqual([]);
});
