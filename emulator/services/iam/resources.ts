import { randomBytes } from 'node:crypto';
import type { Statement } from './policy';
import { identifier, physicalName, refuse, type Player, type Resource } from '../../cloudformation/resource';
import type { Cloud, Role } from '../../core/cloud';

/** Roles and the policies that are enforced for calls to S3, Systems Manager and Secrets Manager. */
export const iam: Readonly<Record<string, Player>> = {
  'AWS::IAM::Role': (resource, deployment) => {
    const { cloud } = deployment;
    const name = String(resource.properties.RoleName ?? physicalName(resource, deployment).slice(0, 64));
    const role: Role = {
      name,
      arn: `arn:${cloud.partition}:iam::${cloud.account}:role/${name}`,
      statements: ((resource.properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[])
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
      credentials: {
        accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: randomBytes(90).toString('base64'),
      },
    };
    cloud.roles.set(name, role);
    return { ref: name, attributes: { Arn: role.arn, RoleId: `AROA${identifier(resource, deployment, 16).toUpperCase()}` } };
  },

  'AWS::IAM::Policy': attachPolicy,
  'AWS::IAM::ManagedPolicy': attachPolicy,
};

function attachPolicy(resource: Resource, { cloud }: { cloud: Cloud }) {
  for (const name of (resource.properties.Roles ?? []) as string[]) {
    const role = cloud.roles.get(name) ?? refuse(resource, `\`Roles\` must exist, got: ${name}`);
    role.statements.push(...[resource.properties.PolicyDocument.Statement as Statement | Statement[]].flat());
  }
  return { ref: resource.logicalId, attributes: { PolicyArn: `arn:aws:iam::${cloud.account}:policy/${resource.logicalId}` } };
}
