import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A finding of cdk-nag that is meant to be so. */
export interface Acceptance {
  readonly id: string;
  readonly reason: string;
  /** The findings of that rule that are meant, where others are for users to explain; all of them by default. */
  readonly appliesTo?: string[];
}

/**
 * Tells cdk-nag why findings on a construct's own resource are meant to be so.
 *
 * Written as metadata, as cdk-nag itself does, so that users' own checks pass without this library depending on it.
 */
export function accept(construct: IConstruct, ...acceptances: Acceptance[]): void {
  const rules = acceptances.map(({ id, reason, appliesTo }) => ({ id, reason, ...(appliesTo && { applies_to: appliesTo }) }));
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild as CfnResource;
  resource.addMetadata('cdk_nag', { rules_to_suppress: rules });
}

/** What cdk-nag calls the finding that a statement is for more than one resource. */
export function wildcardFinding(scope: IConstruct, arn: string): string {
  return `Resource::${flat(Stack.of(scope).resolve(arn))}`;
}

/** References as cdk-nag writes them: `<LogicalId.Attribute>`. */
function flat(value: any): string {
  if (typeof value === 'string') return value;
  if (value.Ref) return `<${value.Ref}>`;
  if (value['Fn::GetAtt']) return `<${value['Fn::GetAtt'].join('.')}>`;
  const [separator, parts] = value['Fn::Join'];
  return parts.map(flat).join(separator);
}
