/** The type of nested stacks. */
export const NESTED_STACK = 'AWS::CloudFormation::Stack';

/** A resource of a template, unresolved. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: DeletionPolicy;
  readonly UpdateReplacePolicy?: Exclude<DeletionPolicy, 'RetainExceptOnCreate'>;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html */
export type DeletionPolicy = 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot';

/** The parts of a CloudFormation template that the emulator reads. */
export interface Template {
  readonly Resources?: Record<string, TemplateResource>;
  readonly Parameters?: Record<string, { readonly Type: string; readonly Default?: string }>;
  readonly Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  readonly Conditions?: Record<string, unknown>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Condition?: string; readonly Description?: string }>;
}

/** The logical ids that a value references with Ref, Fn::GetAtt and Fn::Sub. */
export function referencesIn(value: unknown): Set<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    for (const [key, inner] of Object.entries(node)) {
      if (key === 'Ref') {
        found.add(String(inner));
      } else if (key === 'Fn::GetAtt') {
        found.add(Array.isArray(inner) ? String(inner[0]) : String(inner).split('.')[0]);
      } else if (key === 'Fn::Sub') {
        const [pattern, variables] = Array.isArray(inner) ? inner as [string, object] : [String(inner), {}];
        for (const [, name] of pattern.matchAll(/\$\{([^!}][^}]*)\}/g)) found.add(name.split('.')[0]);
        visit(variables);
      } else {
        visit(inner);
      }
    }
  };
  visit(value);
  return found;
}
