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
  /** Time in milliseconds until new statements of a policy come into force. IAM is eventually consistent. */
  public propagationMs = 0;
  private readonly inForceFrom = new WeakMap<Statement, number>();

  public find(nameOrArn: string): Role | undefined {
    return [...this.roles.values()].find(({ name, arn }) => [name, arn].includes(nameOrArn));
  }

  public findByAccessKey(accessKeyId: string): Role | undefined {
    return [...this.roles.values()].find(({ credentials }) => credentials.accessKeyId === accessKeyId);
  }

  /** Adds the statements of a policy to a role. Those that the policy had before stay in force. */
  public attach(role: Role, statements: readonly Statement[], before: readonly Statement[] = []): void {
    const known = before.map((statement) => JSON.stringify(statement));
    for (const statement of statements) {
      if (!known.includes(JSON.stringify(statement))) this.inForceFrom.set(statement, Date.now() + this.propagationMs);
      role.statements.push(statement);
    }
  }

  /** Whether the identity-based policies of a role allow the request. */
  public allows(role: Role, access: AccessRequest): boolean {
    const now = Date.now();
    return allows(role.statements.filter((statement) => (this.inForceFrom.get(statement) ?? 0) <= now), access);
  }
}
