import type { ModelAccount } from './model-account';
import { idOf, type ModelResource } from './model-resource';
import { allows, forPrincipal, type Statement } from '../../services/iam/policy';

/** Whether a role's policies, or a bucket policy, currently allow the action. False if the role does not exist. */
export function roleMay(account: ModelAccount, roleArn: unknown, action: string, resource = '*'): boolean {
  const role = account.resources.get(idOf(roleArn));
  return role?.type === 'AWS::IAM::Role' && allows([...ownStatements(role, account), ...bucketStatements(String(roleArn), account)], { action, resource });
}

function ownStatements(role: ModelResource, account: ModelAccount): Statement[] {
  const inline = (role.properties.Policies ?? []).flatMap(statementsOf) as Statement[];
  const attached = account.all()
    .filter(({ type, references }) => (type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy') && references.has(role.id))
    .filter(({ properties }) => (properties.Roles as string[]).includes(role.id))
    .flatMap(({ properties }) => statementsOf(properties));
  const managed = ((role.properties.ManagedPolicyArns ?? []) as unknown[]).some((arn) => String(arn).endsWith('/AWSLambdaVPCAccessExecutionRole'));
  return [...inline, ...attached, ...managed ? [NETWORK_INTERFACES] : []];
}

/** @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html */
const NETWORK_INTERFACES: Statement = {
  Effect: 'Allow',
  Action: ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:DeleteNetworkInterface'],
  Resource: '*',
};

function bucketStatements(roleArn: string, account: ModelAccount): Statement[] {
  const statements = account.all().filter(({ type }) => type === 'AWS::S3::BucketPolicy').flatMap(({ properties }) => statementsOf(properties));
  return forPrincipal(statements, 'AWS', roleArn);
}

function statementsOf({ PolicyDocument }: Record<string, any>): Statement[] { // eslint-disable-line @typescript-eslint/no-explicit-any -- a policy of a template
  return [PolicyDocument.Statement as Statement | Statement[]].flat();
}
