import { allows, type AccessRequest, type Statement } from './policy';
import type { Credentials } from '../../core/credentials';

/** A role with the statements of its policies. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly statements: Statement[];
  /** Credentials of the sessions that assumed the role. */
  readonly credentials: Credentials;
}

/** IAM's roles by name. */
export class IamService {
  public readonly roles = new Map<string, Role>();

  public find(nameOrArn: string): Role | undefined {
    return [...this.roles.values()].find(({ name, arn }) => [name, arn].includes(nameOrArn));
  }

  public findByAccessKey(accessKeyId: string): Role | undefined {
    return [...this.roles.values()].find(({ credentials }) => credentials.accessKeyId === accessKeyId);
  }

  /** Whether the identity-based policies of a role allow the request. */
  public allows(role: Role, access: AccessRequest): boolean {
    return allows(role.statements, access);
  }
}
