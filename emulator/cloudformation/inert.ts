/** Types without effect in the emulator: networks, DNS, encryption keys, and custom resources of the CDK that do nothing on creation. */
const INERT: readonly RegExp[] = [
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
  /^AWS::DocDB::(DBSubnetGroup|DBClusterParameterGroup)$/,
  /^AWS::ElastiCache::(SubnetGroup|ParameterGroup)$/,
  /^Custom::(S3AutoDeleteObjects|VpcRestrictDefaultSG|LogRetention)$/,
];

/** Whether the emulator accepts resources of the type, without any effect. */
export function isInert(type: string): boolean {
  return INERT.some((pattern) => pattern.test(type));
}
