/**
 * Types that are knowingly without effect: networks and DNS, logs, alarms, encryption keys, and CDK's own custom resources that do
 * nothing when they are created.
 */
export const INERT: readonly RegExp[] = [
  /^AWS::EC2::/,
  /^AWS::Route53::/,
  /^AWS::Logs::/,
  /^AWS::CloudWatch::/,
  /^AWS::SNS::/,
  /^AWS::KMS::/,
  /^AWS::WAFv2::/,
  /^AWS::CertificateManager::/,
  /^AWS::ServiceDiscovery::/,
  /^AWS::CDK::Metadata$/,
  /^AWS::ApiGateway::Account$/,
  /^AWS::CloudFormation::WaitConditionHandle$/,
  /^AWS::DocDB::(DBInstance|DBSubnetGroup|DBClusterParameterGroup)$/,
  /^AWS::ElastiCache::(SubnetGroup|ParameterGroup)$/,
  /^AWS::Events::Rule$/,
  /^Custom::(S3AutoDeleteObjects|VpcRestrictDefaultSG|LogRetention)$/,
];
