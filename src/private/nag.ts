import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The metadata of `Validations.of(construct).acknowledge()`, which the oldest supported CDK does not have. */
const ACKNOWLEDGED_RULES = 'aws:cdk:acknowledged-rules';

/** A cdk-nag rule that does not apply. */
export interface NagSuppression {
  readonly id: string;
  /** The id in cdk-nag 3, if it is another. */
  readonly idInVersion3?: string;
  readonly reason: string;
  /** The findings of the rule that are suppressed. Required if the rule has several: cdk-nag 3 suppresses no others. */
  readonly appliesTo?: string[];
}

/**
 * Suppresses cdk-nag rules on the default child of a construct, for versions 2 and 3 of cdk-nag.
 *
 * Writes the same metadata as cdk-nag 2 and as CDK's validations, which cdk-nag 3 reads, so that this library depends on neither.
 */
export function suppressNag(construct: IConstruct, ...suppressions: NagSuppression[]): void {
  const rules = suppressions.map(({ id, reason, appliesTo }) => ({ id, reason, ...(appliesTo && { applies_to: appliesTo }) }));
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild as CfnResource;
  const { rules_to_suppress: earlier = [] } = resource.getMetadata('cdk_nag') ?? {};
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...earlier, ...rules] });
  for (const { id, idInVersion3 = id, reason, appliesTo } of suppressions) {
    for (const rule of appliesTo?.map((finding) => `${idInVersion3}[${finding}]`) ?? [idInVersion3]) acknowledge(resource, `Annotation::${rule}`, reason);
  }
}

/** Acknowledges a rule of CDK's own template validation. */
export function acknowledgeValidation(construct: IConstruct, rule: string, reason: string): void {
  acknowledge(construct, `CloudFormation-Validate::${rule}`, reason);
}

function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  construct.node.addMetadata(ACKNOWLEDGED_RULES, { [rule]: reason });
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
