import { OPERATORS, type Statement } from './policy';
import { reject, unsupported, type ResourceDefinition } from '../../cloudformation/resource';

/** IAM's condition operators. Each but `Null` may end with `IfExists`. */
const KNOWN = /^(?:(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|(?:Numeric|Date)(?:Not)?Equals|(?:Numeric|Date)(?:Less|Greater)Than(?:Equals)?|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?|Null)$/;

/**
 * The statements of a policy document. Condition operators that IAM does not know, or that the emulator does not evaluate, are rejected.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function statementsOf(resource: ResourceDefinition, document: { readonly Statement?: Statement | Statement[] } | undefined): Statement[] {
  const statements = [document?.Statement ?? []].flat();
  for (const operator of statements.flatMap(({ Condition = {} }) => Object.keys(Condition))) {
    const [, set, plain] = /^(ForAllValues:|ForAnyValue:)?(.*)$/s.exec(operator)!;
    if (!KNOWN.test(plain)) reject(resource, `MalformedPolicyDocument: condition operators must be IAM's, got: ${operator}`);
    if (set || !(plain.replace(/IfExists$/, '') in OPERATORS)) unsupported(resource, `the emulator does not evaluate the condition operator ${operator}`);
  }
  return statements;
}
