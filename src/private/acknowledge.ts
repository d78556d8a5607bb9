import type { IConstruct } from 'constructs';

/**
 * Tells CDK why a finding of its own template validation is meant to be so.
 *
 * As metadata, which is what `Validations.of(construct).acknowledge()` writes: the oldest CDK that this library supports has
 * neither the validation nor that method.
 */
export function acknowledgeValidation(construct: IConstruct, rule: string, reason: string): void {
  construct.node.addMetadata('aws:cdk:acknowledged-rules', { [`CloudFormation-Validate::${rule}`]: reason });
}
