import { ModelAccount } from '../../../../emulator/cloudformation/lifecycle/model-account';
import { ModelStack } from '../../../../emulator/cloudformation/lifecycle/model-stack';
import { ModelTemplate } from '../../../../emulator/cloudformation/lifecycle/model-template';
import type { TemplateResource } from '../../../../emulator/cloudformation/template';

export type Resources = Record<string, TemplateResource>;

export const template = (resources: Resources) => new ModelTemplate({ Resources: resources });

/** A stack with these resources. Fails if they cannot be created. */
export function created(resources: Resources): ModelStack {
  const stack = new ModelStack(new ModelAccount());
  const { refusals } = stack.deploy(template(resources));
  if (refusals.length) throw new Error(refusals.join('; '));
  return stack;
}

/** Physical IDs of the existing resources. */
export const existing = ({ account }: ModelStack) => account.all().map(({ id }) => id);

export const ref = (id: string) => ({ Ref: id });
export const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

export const role = (...actions: string[]): TemplateResource => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] } }] },
});

export const policy = (roleId: string, actions: string[]): TemplateResource => ({
  Type: 'AWS::IAM::Policy',
  Properties: { Roles: [ref(roleId)], PolicyDocument: { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] } },
});

export const network: Resources = {
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: ref('Vpc'), CidrBlock: '10.0.0.0/24' } },
  Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { VpcId: ref('Vpc') } },
};

export const lambda = (roleId: string, vpc = false, ...dependencies: string[]): TemplateResource => ({
  Type: 'AWS::Lambda::Function',
  DependsOn: dependencies,
  Properties: { Role: arn(roleId), ...vpc && { VpcConfig: { SubnetIds: [ref('Subnet')], SecurityGroupIds: [{ 'Fn::GetAtt': ['Group', 'GroupId'] }] } } },
});
