import { resourcesOf } from '../template';
import { amount, count, type CostLine, type Pricer, priceOf, standing } from './line';
import { HOURS, PRICES } from './prices';
import { ASSUMED } from './usage';
import { CommandError } from '../../cli/command';

export const documentDb: Pricer = (template, { replies }) => resourcesOf(template, 'AWS::DocDB::DBCluster').map(({ id, properties }) => {
  const capacity = properties.ServerlessV2ScalingConfiguration?.MinCapacity;
  if (capacity === undefined) throw new CommandError(`DocumentDB clusters must be serverless, got: ${id}`);
  const instances = resourcesOf(template, 'AWS::DocDB::DBInstance').filter((instance) => instance.properties.DBClusterIdentifier?.Ref === id);
  const { dcuHour, storageGb, io } = PRICES.documentDb;
  return {
    what: 'DocumentDB',
    quantity: `${count(instances.length, 'instance')} at ${capacity} DCU, ${ASSUMED.databaseGb} GB`,
    idle: instances.length * capacity * dcuHour * HOURS + ASSUMED.databaseGb * storageGb,
    use: replies * ASSUMED.databaseIosPerReply * io,
  };
});

export const documentDbInstances: Pricer = (template) => {
  const other = resourcesOf(template, 'AWS::DocDB::DBInstance').find(({ properties }) => properties.DBInstanceClass !== 'db.serverless');
  if (other) throw new CommandError(`DocumentDB instances must be of class db.serverless, got: ${other.properties.DBInstanceClass}`);
  return [];
};

export const elastiCache: Pricer = (template) => resourcesOf(template, 'AWS::ElastiCache::ReplicationGroup').map(({ properties }) => {
  const { CacheNodeType: type, NumCacheClusters: nodes, Engine: engine } = properties;
  const factor = engine === 'valkey' ? PRICES.elastiCache.valkey : 1;
  const hour = priceOf(PRICES.elastiCache.nodeHour, type, 'nodes of ElastiCache') * factor;
  return standing(engine === 'valkey' ? 'Valkey' : 'Redis', `${count(nodes, 'node')} ${type}`, nodes * hour * HOURS);
});

export const natGateways: Pricer = (template, { replies }) => {
  const gateways = resourcesOf(template, 'AWS::EC2::NatGateway').length;
  const gb = replies * ASSUMED.mbToModelPerReply / 1000;
  return [{
    what: 'NAT',
    quantity: `${count(gateways, 'gateway')}, ${amount(gb)} GB`,
    idle: gateways * PRICES.vpc.natHour * HOURS,
    use: gb * PRICES.vpc.natGb,
  }];
};

export const addresses: Pricer = (template) => {
  const n = resourcesOf(template, 'AWS::EC2::EIP').length;
  return [standing('Public IPv4', count(n, 'address'), n * PRICES.vpc.addressHour * HOURS)];
};

/** Gateway endpoints are free. */
export const endpoints: Pricer = (template) => resourcesOf(template, 'AWS::EC2::VPCEndpoint')
  .filter(({ properties }) => properties.VpcEndpointType === 'Interface')
  .map(({ properties }) => {
    const zones = properties.SubnetIds.length;
    return standing('Interface endpoint', count(zones, 'zone'), zones * PRICES.vpc.endpointZoneHour * HOURS);
  });

export const zones: Pricer = (template) => {
  const n = ['AWS::Route53::HostedZone', 'AWS::ServiceDiscovery::PrivateDnsNamespace'].flatMap((type) => resourcesOf(template, type)).length;
  return [standing('Route 53', count(n, 'hosted zone'), n * PRICES.route53.zone)];
};

export const parameters: Pricer = (template) => {
  const paid = resourcesOf(template, 'AWS::SSM::Parameter').find(({ properties }) => (properties.Tier ?? 'Standard') !== 'Standard');
  if (paid) throw new CommandError(`SSM parameters must be of the tier Standard, which is free, got: ${paid.properties.Tier}`);
  return [];
};

export const builds: Pricer = (template) => resourcesOf(template, 'AWS::CodeBuild::Project').map(({ properties }): CostLine => {
  if (properties.Environment.ComputeType !== 'BUILD_GENERAL1_SMALL') {
    throw new CommandError(`CodeBuild projects must be of BUILD_GENERAL1_SMALL, got: ${properties.Environment.ComputeType}`);
  }
  const { buildsPerMonth, minutesPerBuild } = ASSUMED;
  return standing('CodeBuild', `${count(buildsPerMonth, 'build')} of ${minutesPerBuild} min`, buildsPerMonth * minutesPerBuild * PRICES.codeBuild.minute);
});
