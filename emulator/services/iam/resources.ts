import { randomBytes } from 'node:crypto';
import type { Role } from './iam-service';
import type { Statement } from './policy';
import { statementsOf } from './policy-document';
import {
  identifier, physicalName, reject, type Deployment, type EmulatedResource, type ExistingResource, type ResourceDefinition, type ResourceDeleters,
  type ResourceHandlers, type ResourceUpdaters,
} from '../../cloudformation/resource';

/** Roles and their policies, which are enforced for calls to every emulated service. */
export const IAM_RESOURCES: ResourceHandlers = {
  'AWS::IAM::Role': (resource, deployment) => {
    const { cloud, services } = deployment;
    statementsOf(resource, resource.properties.AssumeRolePolicyDocument);
    const name = String(resource.properties.RoleName ?? physicalName(resource, deployment, 64));
    const role: Role = {
      name,
      arn: `arn:${cloud.partition}:iam::${cloud.account}:role/${name}`,
      statements: ((resource.properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[])
        .flatMap(({ PolicyDocument }) => statementsOf(resource, PolicyDocument)),
      credentials: {
        accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: randomBytes(90).toString('base64'),
      },
    };
    services.iam.roles.set(name, role);
    return { ref: name, attributes: { Arn: role.arn, RoleId: `AROA${identifier(resource, deployment, 16).toUpperCase()}` } };
  },

  'AWS::IAM::Policy': (resource, deployment) => attachPolicy(resource, deployment),
  'AWS::IAM::ManagedPolicy': (resource, deployment) => attachPolicy(resource, deployment),
};

export const IAM_UPDATERS: ResourceUpdaters = {
  'AWS::IAM::Policy': (resource, existing, deployment) => {
    detachPolicy(existing, deployment);
    return attachPolicy(resource, deployment, ownStatements(existing));
  },
};

export const IAM_DELETERS: ResourceDeleters = {
  'AWS::IAM::Policy': detachPolicy,
  'AWS::IAM::Role': ({ ref }, { services }) => {
    services.iam.roles.delete(ref);
  },
};

function attachPolicy(resource: ResourceDefinition, { cloud, services }: Deployment, before: readonly Statement[] = []): EmulatedResource {
  const statements = statementsOf(resource, resource.properties.PolicyDocument);
  for (const name of (resource.properties.Roles ?? []) as string[]) {
    const role = services.iam.roles.get(name) ?? reject(resource, `\`Roles\` must exist, got: ${name}`);
    services.iam.attach(role, statements, before);
  }
  return { ref: resource.logicalId, attributes: { PolicyArn: `arn:${cloud.partition}:iam::${cloud.account}:policy/${resource.logicalId}` } };
}

function detachPolicy(policy: ExistingResource, { services }: Deployment): void {
  const own = ownStatements(policy);
  for (const name of (policy.properties.Roles ?? []) as string[]) {
    const statements = services.iam.roles.get(name)?.statements ?? [];
    const others = statements.filter((statement) => !own.includes(statement));
    statements.splice(0, statements.length, ...others);
  }
}

function ownStatements({ properties }: ExistingResource): Statement[] {
  return [properties.PolicyDocument.Statement as Statement | Statement[]].flat();
}
