import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { say } from './requirement';

/**
 * Says what a prop should be where another value works, but seldom as it was meant. Whoever means it acknowledges the id:
 * `Annotations.of(chat).acknowledgeWarning('cdk-librechat-serverless:<id>')`.
 *
 * @param rule completes "should …"
 */
export function warn(scope: IConstruct, id: string, prop: string, rule: string, got: unknown): void {
  Annotations.of(scope).addWarningV2(`cdk-librechat-serverless:${id}`, say(prop, `should ${rule}`, got));
}
