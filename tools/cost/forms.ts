import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { LibreChatDatabase, LibreChatRedis, LibreChatRedisEngine, LibreChatServerless, type LibreChatServerlessProps } from '../../src';
import { type Template, templateOf } from '../template';
import { PRICE_LIST } from './prices';

interface Form {
  readonly title: string;
  readonly props: (stack: Stack) => LibreChatServerlessProps;
}

/** What one may deploy, from all made here to nearly nothing. */
const ALL = {
  'default': { title: 'nothing given: VPC, DocumentDB and Redis are made', props: () => ({}) },
  'valkey': {
    title: 'the same with Valkey',
    props: () => ({ redis: LibreChatRedis.replicationGroup({ engine: LibreChatRedisEngine.VALKEY }) }),
  },
  'own-vpc': {
    title: 'your VPC; DocumentDB and Redis are made',
    props: (stack) => ({ vpc: ownVpc(stack) }),
  },
  'own-vpc-atlas': {
    title: 'your VPC and MongoDB, such as Atlas; Redis is made',
    props: (stack) => ({ vpc: ownVpc(stack), database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')) }),
  },
  'no-vpc': {
    title: 'your MongoDB and Redis: no VPC',
    props: (stack) => ({
      database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
      redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
    }),
  },
} satisfies Record<string, Form>;

export type FormName = keyof typeof ALL;

export const COST_FORMS: Readonly<Record<FormName, Form>> = ALL;

export function isForm(name: string): name is FormName {
  return Object.keys(COST_FORMS).includes(name);
}

export function templateOfForm(name: FormName): Template {
  const env = { account: '123456789012', region: PRICE_LIST.region };
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack', { env });
  new LibreChatServerless(stack, 'Chat', COST_FORMS[name].props(stack));
  return templateOf(stack);
}

/** A VPC that stood before: what it costs is not in the template. */
function ownVpc(stack: Stack) {
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
