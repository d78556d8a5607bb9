import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { LibreChatDatabase, LibreChatRedis, LibreChatRedisEngine, LibreChatServerless, type LibreChatServerlessProps } from '../../src';
import { type Template, templateOf } from '../template';
import { PRICE_LIST } from './prices';

interface Variant {
  readonly title: string;
  readonly props: (stack: Stack) => LibreChatServerlessProps;
}

/** Typical deployments, from the most to the least expensive. */
const ALL = {
  'default': { title: 'Defaults (new VPC, DocumentDB, Redis)', props: () => ({}) },
  'valkey': {
    title: 'Defaults with Valkey',
    props: () => ({ redis: LibreChatRedis.replicationGroup({ engine: LibreChatRedisEngine.VALKEY }) }),
  },
  'own-vpc': {
    title: 'Existing VPC (new DocumentDB, Redis)',
    props: (stack) => ({ vpc: existingVpc(stack) }),
  },
  'own-vpc-atlas': {
    title: 'Existing VPC and MongoDB, such as Atlas (new Redis)',
    props: (stack) => ({ vpc: existingVpc(stack), database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')) }),
  },
  'no-vpc': {
    title: 'Existing MongoDB and Redis, no VPC',
    props: (stack) => ({
      database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
      redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
    }),
  },
} satisfies Record<string, Variant>;

export type VariantName = keyof typeof ALL;

export const COST_VARIANTS: Readonly<Record<VariantName, Variant>> = ALL;

export function isVariant(name: string): name is VariantName {
  return Object.keys(COST_VARIANTS).includes(name);
}

export function templateOfVariant(name: VariantName): Template {
  const env = { account: '123456789012', region: PRICE_LIST.region };
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack', { env });
  new LibreChatServerless(stack, 'Chat', COST_VARIANTS[name].props(stack));
  return templateOf(stack);
}

/** An existing VPC, whose cost is not in the template. */
function existingVpc(stack: Stack) {
  return Vpc.fromVpcAttributes(stack, 'Network', {
    vpcId: 'vpc-0a1b2c3d',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: ['subnet-0a1b2c3d', 'subnet-1a2b3c4d'],
    privateSubnetRouteTableIds: ['rtb-0a1b2c3d', 'rtb-1a2b3c4d'],
  });
}

function secretNamed(stack: Stack, name: string) {
  return EcsSecret.fromSecretsManager(Secret.fromSecretNameV2(stack, `Secret-${name}`, name));
}
