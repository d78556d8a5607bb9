import { FREE_TYPES } from '../resource-types';
import { type Template, typesOf } from '../template';
import type { CostLine, Pricer } from './line';
import { loadOf } from './load';
import { alarms, canaries, dashboards, metrics } from './monitoring';
import { apiGateway, buckets, cloudFront, lambda, logs, provisioned, secrets } from './per-use';
import { addresses, builds, documentDb, documentDbInstances, elastiCache, endpoints, natGateways, parameters, zones } from './standing';
import type { Usage } from './usage';

/** Billed resource types, in the order of the table. */
const PRICED: Readonly<Record<string, Pricer>> = {
  'AWS::DocDB::DBCluster': documentDb,
  'AWS::DocDB::DBInstance': documentDbInstances,
  'AWS::ElastiCache::ReplicationGroup': elastiCache,
  'AWS::EC2::NatGateway': natGateways,
  'AWS::EC2::EIP': addresses,
  'AWS::EC2::VPCEndpoint': endpoints,
  'AWS::SecretsManager::Secret': secrets,
  'AWS::SSM::Parameter': parameters,
  'AWS::Route53::HostedZone': zones,
  'AWS::ServiceDiscovery::PrivateDnsNamespace': zones,
  'AWS::Lambda::Function': lambda,
  'AWS::Lambda::Alias': provisioned,
  'AWS::ApiGateway::RestApi': apiGateway,
  'AWS::CloudFront::Distribution': cloudFront,
  'AWS::S3::Bucket': buckets,
  'AWS::Logs::LogGroup': logs,
  'AWS::Events::Rule': canaries,
  'AWS::CloudWatch::Alarm': alarms,
  'AWS::CloudWatch::Dashboard': dashboards,
  'AWS::Logs::MetricFilter': metrics,
  'AWS::CodeBuild::Project': builds,
};

/**
 * Monthly cost of the resources of a template.
 *
 * @throws CommandError if a resource of a billed type has no known price
 */
export function costOf(template: Template, usage: Usage): CostLine[] {
  const present = typesOf(template);
  const pricers = new Set(Object.entries(PRICED).filter(([type]) => present.includes(type)).map(([, pricer]) => pricer));
  const load = loadOf(template, usage);
  return [...pricers].flatMap((pricer) => pricer(template, usage, load));
}

/** Resource types in a template without a known price. */
export function unpricedTypes(template: Template): string[] {
  return typesOf(template).filter((type) => !(type in PRICED) && !FREE_TYPES.includes(type));
}

/** The sum of all lines. */
export function totalOf(lines: readonly CostLine[]): { readonly idle: number; readonly use: number } {
  const sum = (what: 'idle' | 'use') => lines.reduce((total, line) => total + line[what], 0);
  return { idle: sum('idle'), use: sum('use') };
}
