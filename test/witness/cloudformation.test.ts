import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Template as CloudFormationTemplate } from '../../emulator/cloudformation/template';
import { makeCertificates, type Certificates } from '../../emulator/core/certificates';
import { Cloud } from '../../emulator/core/cloud';
import { EventStream } from '../../emulator/core/events';
import { Services } from '../../emulator/services/services';
import { EDGE, EDGE_REGION_VARIANTS, EUROPE, HOSTED_ZONE_ID, PRIVATE_DOMAIN, VARIANTS } from '../../fixtures/variants';
import { comparableTemplate } from '../../fixtures/witness/comparable-template';
import { Ministack } from '../../fixtures/witness/ministack';
import { describeWitness, PYTHON } from '../../fixtures/witness/python';
import { differencesOf, type Difference } from '../../fixtures/witness/resolved-values';
import { deploy } from '../emulator/deploy';

const ACCOUNT = EDGE.account!;

/** Resources that ministack cannot create, with a missing property, and its error. */
const LACKING = {
  'AWS::Budgets::Budget': { Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY' } },
  'AWS::EC2::EIP': { Domain: 'vpc' },
  'AWS::EC2::NatGateway': { SubnetId: 'subnet-0' },
  'AWS::EC2::SecurityGroupEgress': { GroupId: 'sg-0', IpProtocol: '-1' },
  'AWS::EC2::SecurityGroupIngress': { GroupId: 'sg-0', IpProtocol: '-1' },
};
/** Alarms on a calculation with metrics. */
const LACKING_PROPERTY = { type: 'AWS::CloudWatch::Alarm', name: 'Metrics' };
const LACKING_ATTRIBUTE = { type: 'AWS::EC2::VPC', name: 'CidrBlock' };

/** Values that differ, with the reason why the emulator is right. */
const KNOWN: readonly { readonly reason: string; readonly matches: (difference: Difference) => boolean }[] = [
  {
    reason: 'Ref of a secret is its ARN, says CloudFormation; ministack gives the name',
    matches: ({ type, path }) => type === 'AWS::SecretsManager::Secret' && path.endsWith('.Ref'),
  },
  {
    reason: 'Ref of a CloudFront function is its ARN, says CloudFormation; ministack gives the name',
    matches: ({ type, path }) => type === 'AWS::CloudFront::Function' && path.endsWith('.Ref'),
  },
  {
    reason: 'names of log groups and parameters are generated like those of other resources; in ministack they are paths',
    matches: ({ type, path }) => ['AWS::Logs::LogGroup', 'AWS::SSM::Parameter'].includes(type) && /\.(Ref|Arn)$/.test(path),
  },
  {
    reason: 'each has its own databases, under other addresses than ElastiCache and DocumentDB',
    matches: ({ path }) => /\.(PrimaryEndPoint\.Address|PrimaryEndPoint\.Port|Endpoint|Port|REDIS_URI)$/.test(path),
  },
];

type Variant = (stack: Stack) => unknown;

/** Stacks with two names in two regions, with and without an explicit region. */
const DEPLOYMENTS: readonly (readonly [name: string, region: string, env: Environment])[] = [
  ['one', 'us-east-1', EDGE], ['one', 'eu-west-1', EUROPE], ['two', 'us-east-1', {}], ['two', 'eu-west-1', {}],
];
const EDGE_DEPLOYMENTS: typeof DEPLOYMENTS = [['one', 'us-east-1', EDGE], ['two', 'us-east-1', EDGE]];

const CASES = [
  ...Object.entries(VARIANTS).map(([name, variant]): [string, Variant, typeof DEPLOYMENTS] => [name, variant, DEPLOYMENTS]),
  ...Object.entries(EDGE_REGION_VARIANTS).map(([name, variant]): [string, Variant, typeof DEPLOYMENTS] => [name, variant, EDGE_DEPLOYMENTS]),
];

// https://github.com/ministackorg/ministack
describeWitness('ministack')('ministack', () => {
  let ministack: Ministack;
  let folder: string;
  let certificates: Certificates;
  const seen = new Set<string>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'witness-'));
    [ministack, certificates] = await Promise.all([Ministack.start(PYTHON, ACCOUNT), makeCertificates(folder)]);
  });

  afterAll(async () => {
    await ministack.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The outputs of a stack in the emulator. */
  async function emulated(name: string, region: string, template: CloudFormationTemplate): Promise<Record<string, string>> {
    const services = new Services(new Cloud(new EventStream(), 1, { account: ACCOUNT, region }));
    try {
      return (await deploy(services, template, { name, certificates })).outputs();
    } finally {
      await services.cloud.dispose();
    }
  }

  // All stacks remain in one account, so names that are not unique would collide.
  test.each(CASES)('resolves the values of variant %s as the emulator does, under two names and in two regions', async (variantName, variant, deployments) => {
    for (const [suffix, region, env] of deployments) {
      const name = `${variantName}-${suffix}`;
      const stack = new Stack(new App({ analyticsReporting: false }), name, { env });
      variant(stack);
      // A DNS name belongs to one deployment. In ministack, this includes names in different VPCs.
      const hostedZoneId = await ministack.createHostedZone('example.com', name + region);
      const original = JSON.parse(JSON.stringify(Template.fromStack(stack))
        .replaceAll(HOSTED_ZONE_ID, hostedZoneId).replaceAll(PRIVATE_DOMAIN, `${name}.local`)) as CloudFormationTemplate;
      const template = comparableTemplate(original, {
        resource: ({ Type, Properties = {} }) => Type in LACKING || Type.startsWith('Custom::')
          || (Type === LACKING_PROPERTY.type && LACKING_PROPERTY.name in Properties),
        attribute: (type, attribute) => type === LACKING_ATTRIBUTE.type && attribute === LACKING_ATTRIBUTE.name,
      });
      const { outputs: theirs, ...outcome } = await ministack.deploy(region, name, template);
      expect({ name, region, ...outcome }).toEqual({ name, region, status: 'CREATE_COMPLETE', failures: [] });
      const ours = await emulated(name, region, template);
      expect(Object.keys(ours)).toHaveLength(Object.keys(original.Resources!).length);
      expect(Object.keys(theirs).sort()).toEqual(Object.keys(ours).sort());
      const unknown = differencesOf(name, ours, theirs).filter((difference) => {
        const known = KNOWN.find(({ matches }) => matches(difference));
        if (known) seen.add(known.reason);
        return !known;
      });
      expect(unknown).toEqual([]);
    }
  });

  test('still differs where it is known to', () => {
    expect([...seen].sort()).toEqual(KNOWN.map(({ reason }) => reason).sort());
  });

  test.each(Object.entries(LACKING))('still cannot create %s', async (type, Properties) => {
    await expect(ministack.deploy('us-east-1', 'lacking', { Resources: { R: { Type: type, Properties } } })).rejects.toThrow(`Unrecognized resource types: [${type}]`);
  });

  test('still cannot create alarms on a calculation', async () => {
    const { failures } = await ministack.deploy('us-east-1', 'lacking-property', {
      Resources: {
        Alarm: {
          Type: LACKING_PROPERTY.type,
          Properties: {
            ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1, Threshold: 1, Metrics: [{ Id: 'm', Expression: '1 + 1', Period: 60 }],
          },
        },
      },
    });
    expect(failures.join()).toContain('Properties.Metrics (metric math) is not supported');
  });

  test('still has no attribute CidrBlock of a VPC', async () => {
    const { status, failures } = await ministack.deploy('us-east-1', 'lacking-attribute', {
      Resources: { Vpc: { Type: LACKING_ATTRIBUTE.type, Properties: { CidrBlock: '10.0.0.0/16' } } },
      Outputs: { Attribute: { Value: { 'Fn::GetAtt': ['Vpc', LACKING_ATTRIBUTE.name] } } },
    });
    expect(status).toMatch(/ROLLBACK_COMPLETE|CREATE_FAILED/);
    expect(failures.join()).toContain('Requested attribute CidrBlock does not exist');
  });
});
