import { refuseUnknownTypes, type Template } from '../template';
import type { CostLine, Pricer } from './line';
import { apiGateway, buckets, cloudFront, lambda, logs, provisioned, secrets } from './per-use';
import { addresses, builds, documentDb, documentDbInstances, elastiCache, endpoints, natGateways, parameters, zones } from './standing';
import { loadOf, type Usage } from './usage';

/** The types of resources that are paid for, in the order of the table. */
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
  'AWS::CodeBuild::Project': builds,
};

/** The types that cost nothing by themselves. What a repository holds is counted with the function that runs it. */
const FREE = [
  'AWS::ApiGateway::Account', 'AWS::ApiGateway::ApiKey', 'AWS::ApiGateway::Deployment', 'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource', 'AWS::ApiGateway::Stage', 'AWS::ApiGateway::UsagePlan', 'AWS::ApiGateway::UsagePlanKey',
  'AWS::CDK::Metadata', 'AWS::CertificateManager::Certificate',
  'AWS::CloudFront::Function', 'AWS::CloudFront::OriginAccessControl',
  'AWS::DocDB::DBClusterParameterGroup', 'AWS::DocDB::DBSubnetGroup', 'AWS::ElastiCache::SubnetGroup',
  'AWS::EC2::InternetGateway', 'AWS::EC2::Route', 'AWS::EC2::RouteTable', 'AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::Subnet', 'AWS::EC2::SubnetRouteTableAssociation', 'AWS::EC2::VPC',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::ECR::Repository', 'AWS::IAM::Policy', 'AWS::IAM::Role', 'AWS::Lambda::Permission', 'AWS::Lambda::Version',
  'AWS::Route53::RecordSet', 'AWS::S3::BucketPolicy', 'AWS::SecretsManager::SecretTargetAttachment',
  'Custom::LibreChatFrontend', 'Custom::LibreChatImage', 'Custom::S3AutoDeleteObjects', 'Custom::VpcRestrictDefaultSG',
];

/**
 * What the resources of a template cost in a month.
 *
 * @throws Error where a template has something whose price is not known
 */
export function costOf(template: Template, usage: Usage): CostLine[] {
  refuseUnknownTypes(template, [...Object.keys(PRICED), ...FREE], 'tools/cost/cost-of.ts');
  const present = new Set(Object.values(template.Resources).map(({ Type }) => Type));
  const pricers = new Set(Object.entries(PRICED).filter(([type]) => present.has(type)).map(([, pricer]) => pricer));
  return [...pricers].flatMap((pricer) => pricer(template, usage, loadOf(usage)));
}

/** All lines together. */
export function totalOf(lines: CostLine[]): { readonly atRest: number; readonly use: number } {
  const sum = (what: 'atRest' | 'use') => lines.reduce((total, line) => total + line[what], 0);
  return { atRest: sum('atRest'), use: sum('use') };
}
