import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A cdk-nag rule that does not apply. */
export interface NagSuppression {
  readonly id: string;
  readonly reason: string;
  /** The findings of the rule that are suppressed; all of them by default. */
  readonly appliesTo?: string[];
}

/**
 * Suppresses cdk-nag rules on the default child of a construct.
 *
 * Writes the same metadata as cdk-nag, so that this library does not depend on it.
 */
export function suppressNag(construct: IConstruct, ...suppressions: NagSuppression[]): void {
  const rules = suppressions.map(({ id, reason, appliesTo }) => ({ id, reason, ...(appliesTo && { applies_to: appliesTo }) }));
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild as CfnResource;
  const { rules_to_suppress: earlier = [] } = resource.getMetadata('cdk_nag') ?? {};
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...earlier, ...rules] });
}

/**
 * Acknowledges a rule of CDK's own template validation.
 *
 * Writes the same metadata as `Validations.of(construct).acknowledge()`, which the oldest supported CDK does not have.
 */
export function acknowledgeValidation(construct: IConstruct, rule: string, reason: string): void {
  construct.node.addMetadata('aws:cdk:acknowledged-rules', { [`CloudFormation-Validate::${rule}`]: reason });
}

/** The id of cdk-nag's finding for a resource with a wildcard in a policy. */
export function wildcardFinding(scope: IConstruct, arn: string): string {
  return `Resource::${flat(Stack.of(scope).resolve(arn))}`;
}

/** References in cdk-nag's notation: `<LogicalId.Attribute>`. */
function flat(value: any): string {
  if (typeof value === 'string') return value;
  if (value.Ref) return `<${value.Ref}>`;
  if (value['Fn::GetAtt']) return `<${value['Fn::GetAtt'].join('.')}>`;
  const [separator, parts] = value['Fn::Join'];
  return parts.map(flat).join(separator);
}
