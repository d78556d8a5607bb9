import { RemovalPolicy, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { LibreChatServerlessProps } from './librechat-serverless-props';
import { DEFAULT_SUBNETS } from './private/network';
import { validateVariables } from './private/owned-variables';
import { refusal } from './private/requirement';
import { validateAddress, validateWebAcl } from './private/validate-address';
import { validateAtLeast, validateInteger, validateSize } from './private/validation';

/** Checks everything that can be known before the first resource is made. */
export function validateProps(scope: Construct, props: LibreChatServerlessProps): void {
  validateNetwork(props);
  props.image?._validate(scope);
  validateAddress(scope, props);
  validateVariables(props.environment ?? {}, props.secrets ?? {});
  validateRemovalPolicy(props);
  validateInteger('memorySize', props.memorySize, 128, 10240, ' MiB');
  validateSize('ephemeralStorageSize', props.ephemeralStorageSize, 512, 10240);
  validateConcurrency(props);
  validateAtLeast('throttlingRateLimit', props.throttlingRateLimit, 1);
  validateAtLeast('throttlingBurstLimit', props.throttlingBurstLimit, 1);
  validateWebAcl(props.webAclArn);
  validateEnvironmentName(props);
}

function validateNetwork({ vpc, vpcSubnets, services, database }: LibreChatServerlessProps): void {
  if (!vpc) {
    if (vpcSubnets) throw refusal('vpcSubnets', 'come with `vpc`', 'no `vpc`');
    if (services?._needsVpc) throw refusal('services', 'come with the `vpc` in which a private namespace is known', 'no `vpc`');
    return;
  }
  const { subnets, availabilityZones } = vpc.selectSubnets(vpcSubnets ?? DEFAULT_SUBNETS);
  const open = subnets.find(({ subnetId }) => vpc.publicSubnets.some((subnet) => subnet.subnetId === subnetId));
  if (open) throw refusal('vpcSubnets', 'be private, since a function in a public one reaches nothing outside', open.node.path);
  const makesDatabase = database?._needsVpc ?? true;
  if (makesDatabase && new Set(availabilityZones).size < 2) {
    throw refusal('vpcSubnets', 'lie in two zones at least, which DocumentDB asks for', availabilityZones);
  }
  // CDK knows whether the VPC has told its addresses, and says what is missing.
  if (services) void vpc.vpcCidrBlock;
}

function validateRemovalPolicy({ removalPolicy }: LibreChatServerlessProps): void {
  if (removalPolicy === undefined || removalPolicy === RemovalPolicy.DESTROY || removalPolicy === RemovalPolicy.RETAIN) return;
  throw refusal('removalPolicy', 'be RemovalPolicy.DESTROY or RemovalPolicy.RETAIN (without it, the database leaves a snapshot)', removalPolicy);
}

function validateConcurrency(props: LibreChatServerlessProps): void {
  const { reservedConcurrentExecutions: reserved, provisionedConcurrentExecutions: provisioned } = props;
  validateAtLeast('reservedConcurrentExecutions', reserved, 2, ', since an answer takes two environments');
  validateAtLeast('provisionedConcurrentExecutions', provisioned, 1);
  if (provisioned === undefined) return;
  if (props.domainName === undefined) {
    const rule = 'come with `domainName`, since environments would start before the distribution has a name';
    throw refusal('provisionedConcurrentExecutions', rule, 'no `domainName`');
  }
  if (reserved !== undefined && !Token.isUnresolved(reserved) && !Token.isUnresolved(provisioned) && provisioned > reserved) {
    throw refusal('provisionedConcurrentExecutions', `be at most \`reservedConcurrentExecutions\` (${reserved})`, provisioned);
  }
}

function validateEnvironmentName({ environmentName: name }: LibreChatServerlessProps): void {
  if (name === undefined || Token.isUnresolved(name) || /^[A-Za-z0-9_-]{1,64}$/.test(name)) return;
  throw refusal('environmentName', 'be 1 to 64 letters, digits, hyphens and underscores', name);
}
